import { readCommit, readCommits } from '../git/commits.ts';
import { changedFiles, diffText } from '../git/diff.ts';
import { emptyTree, resolveCommit } from '../git/revisions.ts';
import { gitText } from '../git/run-git.ts';
import { GithubError, notFound, unprocessable } from './errors.ts';
import { linkHeader, pageOf } from './pagination.ts';
import { presentCommit, presentGitCommit } from './present/commits.ts';
import { ok } from './route.ts';
import type { Route } from './route.ts';

export const diffType = 'application/vnd.github.diff; charset=utf-8';

export function wantsDiff(accept: string): boolean {
  return accept.includes('application/vnd.github.diff') || accept.includes('application/vnd.github.v3.diff');
}

export const commitRoutes: Route[] = [
  {
    method: 'GET',
    template: '/repos/{owner}/{repo}/commits',
    access: 'pull',
    async handle(world, call) {
      const { repository, dir, query } = call;
      const start = await resolveCommit(dir, query.get('sha') ?? repository.defaultBranch);
      if (!start) throw query.has('sha') ? notFound() : new GithubError(409, 'Git Repository is empty.');
      const dates = ['since', 'until'].flatMap((name) => {
        const time = Date.parse(query.get(name) ?? '');
        return Number.isNaN(time) ? [] : [`--${name}=${new Date(time).toISOString()}`];
      });
      const path = query.get('path');
      const page = pageOf(call);
      const selection = { skip: (page.number - 1) * page.size, limit: page.size, ...(path && { path }) };
      const commits = await readCommits(dir, [...dates, start], selection);
      const count = await gitText(dir, ['rev-list', '--count', ...dates, start, '--', ...(path ? [path] : [])]);
      return ok(
        commits.map((commit) => presentCommit(world, repository, commit)),
        linkHeader(world.links.apiUrl, call, Number(count), page),
      );
    },
  },
  {
    method: 'GET',
    template: '/repos/{owner}/{repo}/commits/{ref}',
    access: 'pull',
    async handle(world, { repository, dir, params, accept }) {
      const sha = await resolveCommit(dir, params['ref'] ?? '');
      if (!sha) throw unprocessable(`No commit found for SHA: ${params['ref']}`);
      const commit = await readCommit(dir, sha);
      const from = commit.parents[0] ?? emptyTree;
      if (wantsDiff(accept)) return { status: 200, text: { type: diffType, data: await diffText(dir, from, sha) } };
      return ok(presentCommit(world, repository, commit, await changedFiles(dir, from, sha)));
    },
  },
  {
    method: 'GET',
    template: '/repos/{owner}/{repo}/git/commits/{commit_sha}',
    access: 'pull',
    async handle(world, { repository, dir, params }) {
      const given = params['commit_sha'] ?? '';
      const sha = /^[0-9a-f]{40}$/.test(given) ? await resolveCommit(dir, given) : null;
      if (!sha) throw notFound();
      return ok(presentGitCommit(world, repository, await readCommit(dir, sha)));
    },
  },
];
