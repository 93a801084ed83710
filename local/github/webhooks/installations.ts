import { findAccount } from '../accounts.ts';
import type { Base } from '../base.ts';
import { githubTime } from '../links.ts';
import { presentUser } from '../rest/present/users.ts';
import type { WebhookEvent } from './webhooks.ts';

export const installationActions = [
  'created',
  'deleted',
  'suspend',
  'unsuspend',
  'new_permissions_accepted',
  'added',
  'removed',
] as const;
export type InstallationAction = (typeof installationActions)[number];

/** GitHub tells these to an App's own webhook; here the organisation's hook stands for that one, too. */
export function installationEvent(base: Base, id: number, action: InstallationAction): WebhookEvent {
  const { state } = base.store;
  const organization = findAccount(state, base.org);
  const sender = state.accounts.find((account) => state.orgAdminIds.includes(account.id));
  const person = sender ? presentUser(base.links, sender) : null;
  const now = githubTime(new Date().toISOString());
  const api = `${base.links.apiUrl}/app/installations/${id}`;
  const isAboutRepositories = action === 'added' || action === 'removed';
  return {
    event: isAboutRepositories ? 'installation_repositories' : 'installation',
    repository: null,
    payload: {
      action,
      installation: {
        id,
        account: organization ? presentUser(base.links, organization) : null,
        repository_selection: 'selected',
        access_tokens_url: `${api}/access_tokens`,
        repositories_url: `${base.links.apiUrl}/installation/repositories`,
        html_url: `${base.links.url}/organizations/${base.org}/settings/installations/${id}`,
        app_id: 1,
        app_slug: 'tenon',
        target_id: organization?.id ?? 0,
        target_type: 'Organization',
        permissions: { contents: 'write', actions: 'write', metadata: 'read' },
        events: ['push', 'repository', 'workflow_run'],
        created_at: now,
        updated_at: now,
        single_file_name: null,
        suspended_by: action === 'suspend' ? person : null,
        suspended_at: action === 'suspend' ? now : null,
      },
      ...(isAboutRepositories && {
        repository_selection: 'selected',
        repositories_added: [],
        repositories_removed: [],
        requester: null,
      }),
      sender: person,
    },
  };
}
