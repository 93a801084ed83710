import { idIn, objectIn, textIn, timeIn, type Fields } from './fields.ts';

export type InstallationState = 'active' | 'suspended' | 'deleted';

/** The GitHub App was installed somewhere, changed there, or removed. */
export interface InstallationEvent {
  readonly kind: 'installation';
  readonly installationId: string;
  readonly action: string;
  readonly state: InstallationState;
  readonly accountLogin: string | null;
  /** ISO 8601 */
  readonly suspendedAt: string | null;
  /** `all` or `selected`. */
  readonly repositorySelection: string | null;
  /** As told, e.g. `{"contents":"write"}`; null when it was not told. */
  readonly permissions: Readonly<Record<string, string>> | null;
  /** ISO 8601 by GitHub's clock: which of two events is the later one. */
  readonly toldAt: string | null;
}

const actions: Readonly<Record<string, readonly string[]>> = {
  installation: ['created', 'deleted', 'suspend', 'unsuspend', 'new_permissions_accepted'],
  installation_repositories: ['added', 'removed'],
};

export function readInstallation(event: string, action: string | null, fields: Fields): InstallationEvent | null {
  const installation = objectIn(fields['installation']);
  const installationId = idIn(installation, 'id');
  if (action === null || installationId === null || !actions[event]?.includes(action)) return null;
  const suspendedAt = timeIn(installation, 'suspended_at');
  const account = objectIn(installation?.['account']);
  return {
    kind: 'installation',
    installationId,
    action,
    state: stateAfter(action, suspendedAt),
    accountLogin: textIn(account, 'login', LOGIN) ?? textIn(account, 'slug', LOGIN),
    suspendedAt: action === 'unsuspend' ? null : suspendedAt,
    repositorySelection: textIn(installation, 'repository_selection', /^[a-z]{1,20}$/),
    permissions: permissionsIn(objectIn(installation?.['permissions'])),
    toldAt: timeIn(installation, 'updated_at'),
  };
}

const LOGIN = /^[A-Za-z0-9_.-]{1,100}$/;

function stateAfter(action: string, suspendedAt: string | null): InstallationState {
  if (action === 'deleted') return 'deleted';
  if (action === 'suspend') return 'suspended';
  return suspendedAt === null || action === 'unsuspend' ? 'active' : 'suspended';
}

/** GitHub has fewer than a hundred permissions, each of which is read, write or admin. */
function permissionsIn(fields: Fields | null): Record<string, string> | null {
  if (!fields) return null;
  const told = Object.keys(fields)
    .slice(0, 100)
    .filter((name) => /^[a-z_]{1,60}$/.test(name))
    .map((name) => [name, textIn(fields, name, /^(?:read|write|admin)$/)] as const);
  return Object.fromEntries(told.filter((entry): entry is [string, string] => entry[1] !== null));
}
