import { readCommit } from '../git/commits.ts';
import { listRefs, resolveCommit } from '../git/revisions.ts';
import { forbidden, notFound } from './errors.ts';
import { paginate } from './pagination.ts';
import { presentCommit } from './present/commits.ts';
import { ok } from './route.ts';
import type { Route } from './route.ts';

const heads = 'refs/heads/';

export const branchRoutes: Route[] = [
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
        protected: false,
      });
      return ok(items.map(present), headers);
    },
  },
  ...(['GET', 'PUT'] as const).map((method): Route => ({
    method,
    template: '/repos/{owner}/{repo}/branches/{branch}/protection',
    access: 'admin',
    handle(_world, { repository }) {
      // what a free plan says; protection itself is not offered here
      if (!repository.private) throw notFound('Branch not protected');
      throw forbidden('Upgrade to GitHub Pro or make this repository public to enable this feature.');
    },
  })),
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
        protected: false,
        protection: { enabled: false, required_status_checks: { enforcement_level: 'off', contexts: [], checks: [] } },
        protection_url: `${self}/protection`,
      });
    },
  },
];
