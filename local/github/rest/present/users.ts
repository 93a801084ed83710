import { githubTime, nodeId } from '../../links.ts';
import type { Links } from '../../links.ts';
import type { Account, Permission } from '../../state.ts';

/** GitHub's `simple-user`. */
export function presentUser(links: Links, account: Account): Record<string, unknown> {
  const path = encodeURIComponent(account.login); // an app's has brackets
  const api = `${links.apiUrl}/users/${path}`;
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId(account.type, account.id),
    avatar_url: `${links.url}/avatars/u/${account.id}`,
    gravatar_id: '',
    url: api,
    html_url: `${links.url}/${path}`,
    followers_url: `${api}/followers`,
    following_url: `${api}/following{/other_user}`,
    gists_url: `${api}/gists{/gist_id}`,
    starred_url: `${api}/starred{/owner}{/repo}`,
    subscriptions_url: `${api}/subscriptions`,
    organizations_url: `${api}/orgs`,
    repos_url: `${api}/repos`,
    events_url: `${api}/events{/privacy}`,
    received_events_url: `${api}/received_events`,
    type: account.type,
    site_admin: false,
  };
}

/** GitHub's `public-user`, the answer of `GET /user`. */
export function presentOwnUser(links: Links, account: Account): Record<string, unknown> {
  return {
    ...presentUser(links, account),
    name: null,
    company: null,
    blog: null,
    location: null,
    email: null,
    hireable: null,
    bio: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: githubTime(account.createdAt),
    updated_at: githubTime(account.createdAt),
  };
}

/** GitHub's `organization-simple`, part of webhook payloads. */
export function presentOrganization(links: Links, account: Account): Record<string, unknown> {
  const api = `${links.apiUrl}/orgs/${account.login}`;
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId('Organization', account.id),
    url: api,
    repos_url: `${api}/repos`,
    events_url: `${api}/events`,
    hooks_url: `${api}/hooks`,
    issues_url: `${api}/issues`,
    members_url: `${api}/members{/member}`,
    public_members_url: `${api}/public_members{/member}`,
    avatar_url: `${links.url}/avatars/u/${account.id}`,
    description: null,
  };
}

const roleNames: Record<Permission, string> = {
  pull: 'read',
  triage: 'triage',
  push: 'write',
  maintain: 'maintain',
  admin: 'admin',
};

export function roleName(permission: Permission): string {
  return roleNames[permission];
}

export function permissionFlags(permission: Permission | null): Record<Permission, boolean> {
  const order: Permission[] = ['pull', 'triage', 'push', 'maintain', 'admin'];
  const held = permission ? order.indexOf(permission) : -1;
  const has = (wanted: Permission): boolean => order.indexOf(wanted) <= held;
  return {
    pull: has('pull'),
    triage: has('triage'),
    push: has('push'),
    maintain: has('maintain'),
    admin: has('admin'),
  };
}
