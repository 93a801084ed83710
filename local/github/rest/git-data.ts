import { resolveCommit, isSha } from '../git/revisions.ts';
import { gitTry } from '../git/run-git.ts';
import { readTree } from '../git/trees.ts';
import { notFound } from './errors.ts';
import { ok } from './route.ts';
import type { Route } from './route.ts';

export const gitDataRoutes: Route[] = [
  {
    method: 'GET',
    template: '/repos/{owner}/{repo}/git/trees/{tree_sha}',
    access: 'pull',
    async handle(world, { repository, dir, params, query }) {
      const name = params['tree_sha'] ?? '';
      const start = isSha(name) ? name : await resolveCommit(dir, name);
      const tree = start && (await gitTry(dir, ['rev-parse', '--verify', '--quiet', `${start}^{tree}`]));
      if (!tree) throw notFound();
      const api = world.links.repositoryApi(repository);
      const folders: Record<string, string> = { blob: 'blobs', tree: 'trees' };
      const entries = await readTree(dir, tree, query.has('recursive'));
      return ok({
        sha: tree,
        url: `${api}/git/trees/${tree}`,
        tree: entries.map(({ path, mode, type, sha, size }) => ({
          path,
          mode,
          type,
          sha,
          ...(size !== null && { size }),
          ...(folders[type] && { url: `${api}/git/${folders[type]}/${sha}` }),
        })),
        truncated: false,
      });
    },
  },
];
