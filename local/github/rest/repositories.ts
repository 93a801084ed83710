import { fullName } from '../links.ts';
import { isPlainRefName, resolveCommit } from '../git/revisions.ts';
import { git } from '../git/run-git.ts';
import { findRepository, removeRepository } from '../repositories.ts';
import type { Repository } from '../state.ts';
import { repositoryEvent } from '../webhooks/payloads.ts';
import type { RepositoryAction } from '../webhooks/payloads.ts';
import type { World } from '../world.ts';
import { forbidden, validationFailed } from './errors.ts';
import { optionalFlag, optionalText } from './input.ts';
import { presentFullRepository } from './present/repositories.ts';
import { noContent, ok } from './route.ts';
import type { RepositoryCall, Route } from './route.ts';

const namePattern = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/;

/** 422 with GitHub's words for a name that is malformed or taken. */
export function assertFreeName(world: World, owner: string, name: string): void {
  if (!namePattern.test(name)) {
    throw validationFailed({ resource: 'Repository', code: 'invalid', field: 'name', message: 'name is invalid' });
  }
  if (findRepository(world.store.state, owner, name)) {
    const message = 'name already exists on this account';
    throw validationFailed({ resource: 'Repository', code: 'custom', field: 'name', message });
  }
}

type Changes = Record<string, unknown>;

async function changeDefaultBranch(call: RepositoryCall, branch: string): Promise<void> {
  const exists = isPlainRefName(branch) && (await resolveCommit(call.dir, `refs/heads/${branch}`));
  if (!exists) {
    throw validationFailed({ resource: 'Repository', code: 'invalid', field: 'default_branch' });
  }
  await git(call.dir, ['symbolic-ref', 'HEAD', `refs/heads/${branch}`]);
  call.repository.defaultBranch = branch;
}

/** Applies what differs and says what it was; the name is told apart, because it has an event of its own. */
async function applyChanges(call: RepositoryCall): Promise<Changes> {
  const { repository, body } = call;
  const changes: Changes = {};
  const description = 'description' in body ? (optionalText(body, 'description') ?? null) : repository.description;
  if (description !== repository.description) {
    changes['description'] = { from: repository.description };
    repository.description = description;
  }
  const branch = optionalText(body, 'default_branch');
  if (branch !== undefined && branch !== repository.defaultBranch) {
    changes['default_branch'] = { from: repository.defaultBranch };
    await changeDefaultBranch(call, branch);
  }
  const visibility = optionalText(body, 'visibility');
  repository.private = visibility ? visibility !== 'public' : (optionalFlag(body, 'private') ?? repository.private);
  repository.isTemplate = optionalFlag(body, 'is_template') ?? repository.isTemplate;
  return changes;
}

function rename(world: World, repository: Repository, name: string): void {
  assertFreeName(world, repository.owner, name);
  repository.formerNames.push(fullName(repository).toLowerCase());
  repository.name = name;
}

async function update(world: World, call: RepositoryCall): Promise<void> {
  const { repository, body, actor } = call;
  const archived = optionalFlag(body, 'archived') ?? repository.archived;
  if (repository.archived && archived) throw forbidden('Repository was archived so is read-only.');
  const name = optionalText(body, 'name') ?? repository.name;
  const formerName = repository.name;
  if (name !== formerName) rename(world, repository, name);
  const wasPrivate = repository.private;
  const changes = await applyChanges(call);
  const wasArchived = repository.archived;
  repository.archived = archived;
  repository.updatedAt = new Date().toISOString();
  await world.store.commit();
  const tell = (action: RepositoryAction, details?: Changes): void =>
    world.webhooks.emit(repositoryEvent(world, repository, action, actor.id, details));
  if (name !== formerName) tell('renamed', { repository: { name: { from: formerName } } });
  if (Object.keys(changes).length > 0) tell('edited', changes);
  if (archived !== wasArchived) tell(archived ? 'archived' : 'unarchived');
  if (repository.private !== wasPrivate) tell(repository.private ? 'privatized' : 'publicized');
}

async function remove(world: World, { repository, actor }: RepositoryCall): Promise<void> {
  const { state } = world.store;
  const event = repositoryEvent(world, repository, 'deleted', actor.id);
  for (const run of state.runs.filter((candidate) => candidate.repositoryId === repository.id)) {
    await world.runs.cancel(run);
    await world.runs.remove(run);
  }
  world.refs.forget(repository);
  await removeRepository(world, repository);
  await world.store.commit();
  world.webhooks.emit(event);
}

export const repositoryRoutes: Route[] = [
  {
    method: 'GET',
    template: '/repos/{owner}/{repo}',
    access: 'pull',
    handle: (world, { repository, permission }) => ok(presentFullRepository(world, repository, permission)),
  },
  {
    method: 'PATCH',
    template: '/repos/{owner}/{repo}',
    access: 'admin',
    evenArchived: true,
    async handle(world, call) {
      await update(world, call);
      return ok(presentFullRepository(world, call.repository, call.permission));
    },
  },
  {
    method: 'DELETE',
    template: '/repos/{owner}/{repo}',
    access: 'admin',
    evenArchived: true,
    async handle(world, call) {
      await remove(world, call);
      return noContent;
    },
  },
];
