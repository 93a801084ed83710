import { isAncestor, isPlainRefName, isSha, listRefs, moveRef, zeroSha } from '../git/revisions.ts';
import type { Ref } from '../git/revisions.ts';
import { gitTry } from '../git/run-git.ts';
import { nodeId } from '../links.ts';
import type { World } from '../world.ts';
import { GithubError, notFound, unprocessable } from './errors.ts';
import { optionalFlag, requiredText } from './input.ts';
import { paginate } from './pagination.ts';
import { isProtected } from './protection.ts';
import { created, noContent, ok } from './route.ts';
import type { RepositoryCall, Route } from './route.ts';

function presentRef(world: World, { repository }: RepositoryCall, { ref, type, sha }: Ref): Record<string, unknown> {
  const api = world.links.repositoryApi(repository);
  const folder = type === 'tag' ? 'tags' : 'commits';
  return {
    ref,
    node_id: nodeId('Ref', `${repository.id}:${ref}`),
    url: `${api}/git/${ref.split('/').map(encodeURIComponent).join('/')}`,
    object: { sha, type, url: `${api}/git/${folder}/${sha}` },
  };
}

async function refsOf(dir: string): Promise<Ref[]> {
  const refs = await listRefs(dir);
  if (refs.length === 0) throw new GithubError(409, 'Git Repository is empty.');
  return refs;
}

async function findRef({ dir, params }: RepositoryCall): Promise<Ref | undefined> {
  const name = `refs/${params['ref'] ?? ''}`;
  return (await refsOf(dir)).find(({ ref }) => ref === name);
}

function isProtectedRef({ repository }: RepositoryCall, { ref }: Ref): boolean {
  return ref.startsWith('refs/heads/') && isProtected(repository, ref.slice('refs/heads/'.length));
}

/** A SHA that is an object of the repository, else 422. */
async function objectParam({ body, dir }: RepositoryCall): Promise<string> {
  const sha = requiredText(body, 'sha');
  if (!isSha(sha) || !(await gitTry(dir, ['cat-file', '-t', sha]))) throw unprocessable('Object does not exist');
  return sha;
}

/** Remembers, moves, tells the webhooks. */
async function move(world: World, call: RepositoryCall, ref: string, to: string, from: string): Promise<void> {
  await world.refs.remember(call.repository);
  if (!(await moveRef(call.dir, ref, to, from))) throw unprocessable('Reference cannot be updated');
  await world.refs.report(call.repository, call.actor.id);
}

export const refRoutes: Route[] = [
  {
    method: 'GET',
    template: '/repos/{owner}/{repo}/git/matching-refs/{ref}',
    access: 'pull',
    async handle(world, call) {
      const prefix = `refs/${call.params['ref'] ?? ''}`;
      const refs = (await refsOf(call.dir)).filter(({ ref }) => ref.startsWith(prefix));
      const { items, headers } = paginate(world.links.apiUrl, call, refs);
      return ok(
        items.map((ref) => presentRef(world, call, ref)),
        headers,
      );
    },
  },
  {
    method: 'GET',
    template: '/repos/{owner}/{repo}/git/ref/{ref}',
    access: 'pull',
    async handle(world, call) {
      const ref = await findRef(call);
      if (!ref) throw notFound();
      return ok(presentRef(world, call, ref));
    },
  },
  {
    method: 'POST',
    template: '/repos/{owner}/{repo}/git/refs',
    access: 'push',
    async handle(world, call) {
      const ref = requiredText(call.body, 'ref');
      const wellFormed = /^refs\/(heads|tags)\/./.test(ref) && isPlainRefName(ref);
      if (!wellFormed) throw unprocessable('Reference name must start with "refs/heads/" or "refs/tags/".');
      const refs = await refsOf(call.dir);
      const sha = await objectParam(call);
      if (refs.some((known) => known.ref === ref)) throw unprocessable('Reference already exists');
      await move(world, call, ref, sha, zeroSha);
      const [made] = await listRefs(call.dir, [ref]);
      if (!made) throw unprocessable('Reference does not exist');
      const body = presentRef(world, call, made);
      return created(body, { location: String(body['url']) });
    },
  },
  {
    method: 'PATCH',
    template: '/repos/{owner}/{repo}/git/refs/{ref}',
    access: 'push',
    async handle(world, call) {
      const known = await findRef(call);
      if (!known) throw unprocessable('Reference does not exist');
      const sha = await objectParam(call);
      const forward = await isAncestor(call.dir, known.sha, sha);
      if (!forward && !optionalFlag(call.body, 'force')) throw unprocessable('Update is not a fast forward');
      if (!forward && isProtectedRef(call, known)) throw unprocessable('Cannot force-push to this branch');
      await move(world, call, known.ref, sha, known.sha);
      const [moved] = await listRefs(call.dir, [known.ref]);
      return ok(presentRef(world, call, moved ?? known));
    },
  },
  {
    method: 'DELETE',
    template: '/repos/{owner}/{repo}/git/refs/{ref}',
    access: 'push',
    async handle(world, call) {
      const known = await findRef(call);
      if (!known) throw unprocessable('Reference does not exist');
      const isDefault = known.ref === `refs/heads/${call.repository.defaultBranch}`;
      if (isDefault) throw unprocessable('Cannot delete the default branch');
      if (isProtectedRef(call, known)) throw unprocessable('Cannot delete this protected branch');
      await world.refs.remember(call.repository);
      const removed = await gitTry(call.dir, ['update-ref', '-d', known.ref, known.sha]);
      if (removed === null) throw unprocessable('Reference cannot be deleted');
      await world.refs.report(call.repository, call.actor.id);
      return noContent;
    },
  },
];
