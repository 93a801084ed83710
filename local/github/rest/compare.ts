import { readCommit, readCommits } from '../git/commits.ts';
import { changedFiles, diffText } from '../git/diff.ts';
import { resolveCommit } from '../git/revisions.ts';
import { gitText, gitTry } from '../git/run-git.ts';
import { diffType, wantsDiff } from './commits.ts';
import { notFound } from './errors.ts';
import { linkHeader, pageOf } from './pagination.ts';
import { presentCommit, presentFile } from './present/commits.ts';
import { ok } from './route.ts';
import type { Route } from './route.ts';

const maxFiles = 300;
const maxCommits = 250;

function statusOf(ahead: number, behind: number): string {
  if (ahead > 0 && behind > 0) return 'diverged';
  if (ahead > 0) return 'ahead';
  return behind > 0 ? 'behind' : 'identical';
}

/** The two ends of `base...head` and where they parted; null when an end or a common past is missing. */
export async function comparisonEnds(
  dir: string,
  basehead: string,
): Promise<{ base: string; head: string; mergeBase: string } | null> {
  const [left, right, more] = basehead.split('...');
  if (!left || !right || more !== undefined) return null;
  const [base, head] = [await resolveCommit(dir, left), await resolveCommit(dir, right)];
  if (!base || !head) return null;
  const mergeBase = await gitTry(dir, ['merge-base', base, head]);
  return mergeBase ? { base, head, mergeBase } : null;
}

export const compareRoutes: Route[] = [
  {
    method: 'GET',
    template: '/repos/{owner}/{repo}/compare/{basehead}',
    access: 'pull',
    async handle(world, call) {
      const { repository, dir, params, accept } = call;
      const ends = await comparisonEnds(dir, params['basehead'] ?? '');
      if (!ends) throw notFound();
      const { base, head, mergeBase } = ends;
      if (wantsDiff(accept))
        return { status: 200, text: { type: diffType, data: await diffText(dir, mergeBase, head) } };
      const counts = await gitText(dir, ['rev-list', '--left-right', '--count', `${base}...${head}`]);
      const [behind = 0, ahead = 0] = counts.split('\t').map(Number);
      const page = pageOf(call, maxCommits, maxCommits);
      const range = { skip: (page.number - 1) * page.size, limit: page.size };
      const oldestFirst = await readCommits(dir, [`${base}..${head}`], { limit: ahead || 1 });
      const commits = oldestFirst.reverse().slice(range.skip, range.skip + range.limit);
      const files = page.number === 1 ? await changedFiles(dir, mergeBase, head) : [];
      const api = `${world.links.repositoryApi(repository)}/compare`;
      const html = `${world.links.repositoryPage(repository)}/compare`;
      const name = params['basehead'] ?? '';
      const show = async (sha: string): Promise<object> => presentCommit(world, repository, await readCommit(dir, sha));
      return ok(
        {
          url: `${api}/${encodeURI(name)}`,
          html_url: `${html}/${encodeURI(name)}`,
          permalink_url: `${html}/${base}...${head}`,
          diff_url: `${html}/${encodeURI(name)}.diff`,
          patch_url: `${html}/${encodeURI(name)}.patch`,
          base_commit: await show(base),
          merge_base_commit: await show(mergeBase),
          status: statusOf(ahead, behind),
          ahead_by: ahead,
          behind_by: behind,
          total_commits: ahead,
          commits: commits.map((commit) => presentCommit(world, repository, commit)),
          files: files.slice(0, maxFiles).map((file) => presentFile(world, repository, head, file)),
        },
        linkHeader(world.links.apiUrl, call, ahead, page),
      );
    },
  },
];
