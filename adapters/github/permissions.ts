/** As GitHub names them. */
export interface Permissions {
  readonly actions?: 'read' | 'write';
  readonly administration?: 'read' | 'write';
  readonly contents?: 'read' | 'write';
  readonly metadata?: 'read';
  readonly organization_hooks?: 'read';
  readonly workflows?: 'write';
}

export const generateRoute = 'POST /repos/{template_owner}/{template_repo}/generate';

/**
 * What an app must be granted for each call that the forge sends, by method and path as GitHub's documentation writes them
 * ("Permissions required for GitHub Apps"). A call that has no line here is not sent with an app's token.
 */
export const callPermissions = {
  'GET /repos/{owner}/{repo}': { metadata: 'read' },
  'PATCH /repos/{owner}/{repo}': { administration: 'write' },
  'DELETE /repos/{owner}/{repo}': { administration: 'write' },
  'PUT /repos/{owner}/{repo}/branches/{branch}/protection': { administration: 'write' },
  // Documented is administration alone. That the template's files want contents, and its workflow files workflows, is what
  // those report whose app had less; that a token cut to the template may make another repository is an assumption.
  [generateRoute]: {
    administration: 'write',
    contents: 'read',
    workflows: 'write',
  },
  'GET /repos/{owner}/{repo}/branches/{branch}': { contents: 'read' },
  'GET /repos/{owner}/{repo}/commits': { contents: 'read' },
  'GET /repos/{owner}/{repo}/contents/{path}': { contents: 'read' },
  'GET /repos/{owner}/{repo}/compare/{basehead}': { contents: 'read' },
  'GET /repos/{owner}/{repo}/collaborators/{username}/permission': { metadata: 'read' },
  'PUT /repos/{owner}/{repo}/collaborators/{username}': { administration: 'write' },
  'DELETE /repos/{owner}/{repo}/collaborators/{username}': { administration: 'write' },
  'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}': { actions: 'read' },
  'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches': { actions: 'write' },
  'GET /repos/{owner}/{repo}/actions/runs': { actions: 'read' },
  'GET /repos/{owner}/{repo}/actions/runs/{run_id}': { actions: 'read' },
  'GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts': { actions: 'read' },
  'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}': { actions: 'read' },
} as const satisfies Readonly<Record<string, Permissions>>;

/** The same for what `GithubWatch` sends. By its number a repository is found in all of the installation's. */
export const watchPermissions = {
  'GET /repositories/{repository_id}': { metadata: 'read' },
  'GET /orgs/{org}/hooks': { organization_hooks: 'read' },
  'GET /orgs/{org}/hooks/{hook_id}/deliveries': { organization_hooks: 'read' },
  'GET /orgs/{org}/hooks/{hook_id}/deliveries/{delivery_id}': { organization_hooks: 'read' },
} as const satisfies Readonly<Record<string, Permissions>>;

const allPermissions: Readonly<Record<string, Permissions>> = { ...callPermissions, ...watchPermissions };

/** Calls that are about an account: an app has none, and GitHub answers 403. */
const withoutAccount = ['GET /user'];

/** Calls of the app itself, with a token that it signs. */
const ofApp = /^[A-Z]+ (\/app(\/.*)?|\/(orgs|users|repos)\/.+\/installation)$/;

/** How a call goes out when an app makes it. */
export type CallRight =
  | { readonly as: 'app' }
  | { readonly as: 'nobody' }
  | { readonly as: 'installation'; readonly permissions: Permissions };

/** @throws for a call that the table does not know */
export function rightFor(route: string): CallRight {
  if (ofApp.test(route)) return { as: 'app' };
  if (withoutAccount.includes(route)) return { as: 'nobody' };
  const permissions = Object.hasOwn(allPermissions, route) ? allPermissions[route] : undefined;
  if (!permissions) throw new Error(`no permissions are written down for ${route} (adapters/github/permissions.ts)`);
  const isAboutOne = route.includes('repo}');
  return { as: 'installation', permissions: isAboutOne ? asked(permissions) : permissions };
}

/** Every token reads metadata, so a call about one repository that wants no more shares the token for its contents. */
function asked(permissions: Permissions): Permissions {
  const { metadata: _metadata, ...others } = permissions;
  return Object.keys(others).length === 0 ? { contents: 'read' } : others;
}
