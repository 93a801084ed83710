import { allows, permissionOf } from '../accounts.ts';
import { findRenamed, findRepository } from '../repositories.ts';
import { covers } from '../apps.ts';
import type { Permission, Repository } from '../state.ts';
import type { World } from '../world.ts';
import { assertPermitted } from './app-permissions.ts';
import { forbidden, GithubError, notFound } from './errors.ts';
import type { Call, Method, PlainRoute, RepositoryCall, RepositoryRoute } from './route.ts';

/** The repository has another name now: where it is. */
export class Moved extends Error {
  readonly repository: Repository;
  constructor(repository: Repository) {
    super('Moved Permanently');
    this.name = 'Moved';
    this.repository = repository;
  }
}

const writes: readonly Method[] = ['POST', 'PUT', 'PATCH', 'DELETE'];

const missingRight: Record<string, string> = {
  admin: 'Must have admin rights to Repository.',
  maintain: 'Must have maintain rights to Repository.',
  push: 'Must have push access to Repository.',
};

/** What is no repository's: 401 for an app's calls without its own token, 403 without the right. */
export function authorisePlain(world: World, route: PlainRoute, { actor, by }: Call): void {
  if (route.access === 'app' && by.kind !== 'app') throw new GithubError(401, 'A JSON web token could not be decoded');
  if (route.access === 'installation' && by.kind !== 'installation')
    throw forbidden('You must authenticate with an installation access token');
  if (route.access === 'app' || route.access === 'installation') return;
  if (by.kind === 'app') throw forbidden('Resource not accessible by integration');
  if (by.kind === 'installation') return assertPermitted(by.token.permissions, route);
  if (route.access === 'organisation admin' && !world.store.state.orgAdminIds.includes(actor.id))
    throw forbidden('Must be an organization admin.');
}

/** What the caller may do in a repository by who it is; what an app's token is cut to comes on top. */
function heldPermission({ store }: World, { actor, by }: Call, repository: Repository): Permission | null {
  if (by.kind === 'account') return permissionOf(store.state, actor, repository);
  if (by.kind === 'installation' && covers(by.token, repository)) return 'admin';
  return repository.private ? null : 'pull';
}

/** Adds the repository to a call. 404 when the actor may not see it, 403 without the route's right or when it is archived. */
export function authoriseRepository(world: World, route: RepositoryRoute, call: Call): RepositoryCall {
  const { state } = world.store;
  const owner = call.params['owner'] ?? call.params['template_owner'] ?? '';
  const name = call.params['repo'] ?? call.params['template_repo'] ?? '';
  const found = findRepository(state, owner, name);
  const repository = found ?? findRenamed(state, owner, name);
  const permission = repository ? heldPermission(world, call, repository) : null;
  if (!repository || !permission) throw notFound();
  if (!found) throw new Moved(repository);
  if (call.by.kind === 'app') throw forbidden('Resource not accessible by integration');
  const readsPublic = !repository.private && route.method === 'GET';
  if (call.by.kind === 'installation' && !readsPublic) assertPermitted(call.by.token.permissions, route);
  if (!allows(permission, route.access)) throw forbidden(missingRight[route.access] ?? 'Forbidden');
  if (repository.archived && writes.includes(route.method) && !route.evenArchived) {
    throw forbidden('Repository was archived so is read-only.');
  }
  return { ...call, repository, permission, dir: world.bareDir(repository) };
}
