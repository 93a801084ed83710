import { grants } from '../apps.ts';
import type { GrantedPermissions } from '../state.ts';
import { forbidden } from './errors.ts';
import type { Method } from './route.ts';

const repo = '/repos/{owner}/{repo}';
const read = (name: string): GrantedPermissions => ({ [name]: 'read' });
const write = (name: string): GrantedPermissions => ({ [name]: 'write' });

/** What an app's token must hold for a route, from GitHub's "Permissions required for GitHub Apps". */
const needed: Readonly<Record<string, GrantedPermissions>> = {
  [`GET ${repo}`]: read('metadata'),
  [`PATCH ${repo}`]: write('administration'),
  [`DELETE ${repo}`]: write('administration'),
  // The template's files and its workflow files: not documented, but reported by those whose app lacked it.
  'POST /repos/{template_owner}/{template_repo}/generate': {
    ...write('administration'),
    ...read('contents'),
    ...write('workflows'),
  },
  [`GET ${repo}/branches`]: read('contents'),
  [`GET ${repo}/branches/{branch}`]: read('contents'),
  [`GET ${repo}/branches/{branch}/protection`]: read('administration'),
  [`PUT ${repo}/branches/{branch}/protection`]: write('administration'),
  [`DELETE ${repo}/branches/{branch}/protection`]: write('administration'),
  [`GET ${repo}/git/ref/{ref}`]: read('contents'),
  [`GET ${repo}/git/matching-refs/{ref}`]: read('contents'),
  [`POST ${repo}/git/refs`]: write('contents'),
  [`PATCH ${repo}/git/refs/{ref}`]: write('contents'),
  [`DELETE ${repo}/git/refs/{ref}`]: write('contents'),
  [`GET ${repo}/commits`]: read('contents'),
  [`GET ${repo}/commits/{ref}`]: read('contents'),
  [`GET ${repo}/git/commits/{commit_sha}`]: read('contents'),
  [`GET ${repo}/git/trees/{tree_sha}`]: read('contents'),
  [`GET ${repo}/contents/{path}`]: read('contents'),
  [`PUT ${repo}/contents/{path}`]: write('contents'),
  [`GET ${repo}/compare/{basehead}`]: read('contents'),
  [`GET ${repo}/collaborators`]: read('metadata'),
  [`GET ${repo}/collaborators/{username}`]: read('metadata'),
  [`GET ${repo}/collaborators/{username}/permission`]: read('metadata'),
  [`PUT ${repo}/collaborators/{username}`]: write('administration'),
  [`DELETE ${repo}/collaborators/{username}`]: write('administration'),
  [`GET ${repo}/invitations`]: read('administration'),
  [`GET ${repo}/actions/workflows`]: read('actions'),
  [`GET ${repo}/actions/workflows/{workflow_id}`]: read('actions'),
  [`POST ${repo}/actions/workflows/{workflow_id}/dispatches`]: write('actions'),
  [`GET ${repo}/actions/workflows/{workflow_id}/runs`]: read('actions'),
  [`GET ${repo}/actions/runs`]: read('actions'),
  [`GET ${repo}/actions/runs/{run_id}`]: read('actions'),
  [`DELETE ${repo}/actions/runs/{run_id}`]: write('actions'),
  [`POST ${repo}/actions/runs/{run_id}/cancel`]: write('actions'),
  [`POST ${repo}/actions/runs/{run_id}/force-cancel`]: write('actions'),
  [`GET ${repo}/actions/runs/{run_id}/jobs`]: read('actions'),
  [`GET ${repo}/actions/runs/{run_id}/logs`]: read('actions'),
  [`GET ${repo}/actions/runs/{run_id}/artifacts`]: read('actions'),
  [`GET ${repo}/actions/artifacts`]: read('actions'),
  [`GET ${repo}/actions/artifacts/{artifact_id}`]: read('actions'),
  [`GET ${repo}/actions/artifacts/{artifact_id}/{archive_format}`]: read('actions'),
  [`GET ${repo}/hooks`]: read('repository_hooks'),
  [`POST ${repo}/hooks`]: write('repository_hooks'),
  [`GET ${repo}/hooks/{hook_id}`]: read('repository_hooks'),
  [`DELETE ${repo}/hooks/{hook_id}`]: write('repository_hooks'),
  [`GET ${repo}/hooks/{hook_id}/deliveries`]: read('repository_hooks'),
  [`GET ${repo}/hooks/{hook_id}/deliveries/{delivery_id}`]: read('repository_hooks'),
  [`POST ${repo}/hooks/{hook_id}/deliveries/{delivery_id}/attempts`]: write('repository_hooks'),
  'GET /orgs/{org}/hooks': read('organization_hooks'),
  'GET /orgs/{org}/hooks/{hook_id}': read('organization_hooks'),
  'GET /orgs/{org}/hooks/{hook_id}/deliveries': read('organization_hooks'),
  'GET /orgs/{org}/hooks/{hook_id}/deliveries/{delivery_id}': read('organization_hooks'),
  'POST /orgs/{org}/hooks/{hook_id}/deliveries/{delivery_id}/attempts': write('organization_hooks'),
  'GET /rate_limit': {},
};

/** Undefined: no token of an app opens the route. */
export function permissionsFor({ method, template }: { method: Method; template: string }) {
  return needed[`${method} ${template}`];
}

/** 403 with GitHub's words, unless the permissions suffice. */
export function assertPermitted(held: GrantedPermissions, route: { method: Method; template: string }): void {
  const wanted = permissionsFor(route);
  if (!wanted || !grants(held, wanted)) throw forbidden('Resource not accessible by integration');
}
