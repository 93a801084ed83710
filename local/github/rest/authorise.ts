import { allows, permissionOf } from '../accounts.ts';
import { findRenamed, findRepository } from '../repositories.ts';
import type { Repository } from '../state.ts';
import type { World } from '../world.ts';
import { forbidden, notFound } from './errors.ts';
import type { Call, Method, RepositoryCall, RepositoryRoute } from './route.ts';

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

/** Adds the repository to a call. 404 when the actor may not see it, 403 without the route's right or when it is archived. */
export function authoriseRepository(world: World, route: RepositoryRoute, call: Call): RepositoryCall {
  const { state } = world.store;
  const owner = call.params['owner'] ?? call.params['template_owner'] ?? '';
  const name = call.params['repo'] ?? call.params['template_repo'] ?? '';
  const found = findRepository(state, owner, name);
  const repository = found ?? findRenamed(state, owner, name);
  const permission = repository ? permissionOf(state, call.actor, repository) : null;
  if (!repository || !permission) throw notFound();
  if (!found) throw new Moved(repository);
  if (!allows(permission, route.access)) throw forbidden(missingRight[route.access] ?? 'Forbidden');
  if (repository.archived && writes.includes(route.method) && !route.evenArchived) {
    throw forbidden('Repository was archived so is read-only.');
  }
  return { ...call, repository, permission, dir: world.bareDir(repository) };
}
