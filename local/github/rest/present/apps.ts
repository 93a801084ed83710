import { accountById, findAccount } from '../../accounts.ts';
import type { Base } from '../../base.ts';
import { githubTime, nodeId } from '../../links.ts';
import type { Account, AppRecord, InstallationToken } from '../../state.ts';
import { presentRepository } from './repositories.ts';
import { presentUser } from './users.ts';

function organisation(base: Base): Account {
  const account = findAccount(base.store.state, base.org);
  if (!account) throw new Error('the organisation has no account');
  return account;
}

const events = ['push', 'repository', 'workflow_run'];

/** GitHub's `integration`. */
export function presentApp(base: Base, app: AppRecord): Record<string, unknown> {
  const bot = accountById(base.store.state, app.botId);
  return {
    id: app.id,
    slug: app.slug,
    node_id: nodeId('App', app.id),
    owner: presentUser(base.links, organisation(base)),
    name: bot?.login.replace(/\[bot\]$/, '') ?? app.slug,
    description: null,
    external_url: base.links.url,
    html_url: `${base.links.url}/apps/${app.slug}`,
    created_at: githubTime(app.createdAt),
    updated_at: githubTime(app.createdAt),
    permissions: app.permissions,
    events,
    installations_count: app.isInstalled ? 1 : 0,
  };
}

/** GitHub's `installation`. */
export function presentInstallation(base: Base, app: AppRecord): Record<string, unknown> {
  const account = organisation(base);
  return {
    id: app.installationId,
    account: presentUser(base.links, account),
    repository_selection: 'all',
    access_tokens_url: `${base.links.apiUrl}/app/installations/${app.installationId}/access_tokens`,
    repositories_url: `${base.links.apiUrl}/installation/repositories`,
    html_url: `${base.links.url}/organizations/${account.login}/settings/installations/${app.installationId}`,
    app_id: app.id,
    app_slug: app.slug,
    target_id: account.id,
    target_type: account.type,
    permissions: app.permissions,
    events,
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    created_at: githubTime(app.createdAt),
    updated_at: githubTime(app.createdAt),
    suspended_by: null,
    suspended_at: null,
  };
}

/** GitHub's `installation-token`: the only reply that shows the token. */
export function presentToken(
  base: Base,
  { token, repositoryIds, permissions, expiresAt }: InstallationToken & { token: string },
): Record<string, unknown> {
  const repositories = base.store.state.repositories.filter(({ id }) => repositoryIds?.includes(id));
  return {
    token,
    expires_at: githubTime(expiresAt),
    permissions,
    repository_selection: repositoryIds ? 'selected' : 'all',
    ...(repositoryIds && { repositories: repositories.map((one) => presentRepository(base, one, 'admin')) }),
  };
}
