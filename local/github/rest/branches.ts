import { readCommit } from '../git/commits.ts';
import { listRefs, resolveCommit } from '../git/revisions.ts';
import { notFound } from './errors.ts';
import { paginate } from './pagination.ts';
import { presentCommit } from './present/commits.ts';
import { isProtected, protectionRoutes } from './protection.ts';
import { ok } from './route.ts';
import type { Route } from './route.ts';

const heads = 'refs/heads/';

export const branchRoutes: Route[] = [
  ...protectionRoutes, // before the branch, whose name may hold slashes
  {
    method: 'GET',
    template: '/repos/{owner}/{repo}/branches',
    access: 'pull',
    async handle(world, call) {
      const api = world.links.repositoryApi(call.repository);
      const refs = await listRefs(call.dir, ['refs/heads']);
      const { items, headers } = paginate(world.links.apiUrl, call, refs);
      const present = ({ ref, sha }: { ref: string; sha: string }): object => ({
        name: ref.slice(heads.length),
        commit: { sha, url: `${api}/commits/${sha}` },
        protected: isProtected(call.repository, ref.slice(heads.length)),
      });
      return ok(items.map(present), headers);
    },
  },
  {
    method: 'GET',
    template: '/repos/{owner}/{repo}/branches/{branch}',
    access: 'pull',
    async handle(world, { repository, dir, params }) {
      const name = params['branch'] ?? '';
      const sha = await resolveCommit(dir, `${heads}${name}`);
      if (!sha) throw notFound('Branch not found');
      const self = `${world.links.repositoryApi(repository)}/branches/${encodeURIComponent(name)}`;
      const html = `${world.links.repositoryPage(repository)}/tree/${encodeURIComponent(name)}`;
      return ok({
        name,
        commit: presentCommit(world, repository, await readCommit(dir, sha)),
        _links: { self, html },
        protected: isProtected(repository, name),
        protection: {
          enabled: isProtected(repository, name),
          required_status_checks: { enforcement_level: 'off', contexts: [], checks: [] },
        },
        protection_url: `${self}/protection`,
      });
    },
  },
];
