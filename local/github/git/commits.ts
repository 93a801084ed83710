import { git } from './run-git.ts';

export interface Person {
  name: string;
  email: string;
  date: string;
}

export interface Commit {
  sha: string;
  tree: string;
  parents: string[];
  author: Person;
  committer: Person;
  message: string;
}

const format = '--format=%H%n%T%n%P%n%an%n%ae%n%aI%n%cn%n%ce%n%cI%n%B';

function parseCommit(record: string): Commit {
  const lines = record.split('\n');
  const line = (index: number): string => lines[index] ?? '';
  return {
    sha: line(0),
    tree: line(1),
    parents: line(2).split(' ').filter(Boolean),
    author: { name: line(3), email: line(4), date: line(5) },
    committer: { name: line(6), email: line(7), date: line(8) },
    message: lines.slice(9).join('\n').trimEnd(),
  };
}

/** Commits reachable as `git log` says; `range` holds SHAs and options only, never a caller's text. */
export async function readCommits(
  dir: string,
  range: readonly string[],
  { skip = 0, limit = 1000, path }: { skip?: number; limit?: number; path?: string } = {},
): Promise<Commit[]> {
  const args = ['log', '-z', format, `--skip=${skip}`, `--max-count=${limit}`, ...range, '--', ...(path ? [path] : [])];
  const text = (await git(dir, args, { env: { GIT_LITERAL_PATHSPECS: '1' } })).toString('utf8');
  return text.split('\0').filter(Boolean).map(parseCommit);
}

export async function readCommit(dir: string, sha: string): Promise<Commit> {
  const [commit] = await readCommits(dir, [sha], { limit: 1 });
  if (!commit) throw new Error(`no commit ${sha}`);
  return commit;
}

/** Makes a commit object and returns its SHA; refs are untouched. */
export async function writeCommit(
  dir: string,
  { tree, parents, message, author, committer }: Omit<Commit, 'sha'>,
): Promise<string> {
  const parentArgs = parents.flatMap((parent) => ['-p', parent]);
  const env = {
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_AUTHOR_DATE: author.date,
    GIT_COMMITTER_NAME: committer.name,
    GIT_COMMITTER_EMAIL: committer.email,
    GIT_COMMITTER_DATE: committer.date,
  };
  const sha = await git(dir, ['commit-tree', tree, ...parentArgs], { env, input: `${message.trimEnd()}\n` });
  return sha.toString('utf8').trim();
}
