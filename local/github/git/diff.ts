import { git } from './run-git.ts';

export interface ChangedFile {
  /** Blob SHA after the change; of the removed blob when the file is gone. */
  sha: string;
  filename: string;
  previousFilename?: string;
  status: 'added' | 'removed' | 'modified' | 'renamed' | 'copied' | 'changed';
  additions: number;
  deletions: number;
  /** Hunks only; absent for binary or very large changes. */
  patch?: string;
}

const maxPatchBytes = 512 * 1024;
const diffOptions = ['-M', '--no-color', '--no-ext-diff', '--no-textconv', '--no-abbrev', '--full-index'];
const statuses: Record<string, ChangedFile['status']> = {
  A: 'added',
  D: 'removed',
  M: 'modified',
  R: 'renamed',
  C: 'copied',
  T: 'changed',
};

interface RawEntry {
  sha: string;
  status: ChangedFile['status'];
  filename: string;
  previousFilename?: string;
}

function parseRaw(text: string): RawEntry[] {
  const parts = text.split('\0');
  const entries: RawEntry[] = [];
  for (let at = 0; at < parts.length && parts[at]?.startsWith(':');) {
    const [, , oldSha = '', newSha = '', code = 'M'] = (parts[at] ?? '').split(' ');
    const status = statuses[code[0] ?? 'M'] ?? 'modified';
    const twoNames = status === 'renamed' || status === 'copied';
    const first = parts[at + 1] ?? '';
    const filename = twoNames ? (parts[at + 2] ?? '') : first;
    const sha = status === 'removed' ? oldSha : newSha;
    entries.push({ sha, status, filename, ...(twoNames && { previousFilename: first }) });
    at += twoNames ? 3 : 2;
  }
  return entries;
}

/** `--numstat -z`: one record per file in the order of `--raw`; renames have an empty name and two more parts. */
function parseCounts(text: string): { additions: number; deletions: number }[] {
  const counts: { additions: number; deletions: number }[] = [];
  const parts = text.split('\0');
  for (let at = 0; at < parts.length; at += 1) {
    const match = /^(\d+|-)\t(\d+|-)\t(.*)$/s.exec(parts[at] ?? '');
    if (!match) continue;
    counts.push({ additions: Number(match[1]) || 0, deletions: Number(match[2]) || 0 });
    if (match[3] === '') at += 2;
  }
  return counts;
}

/** Lines of a patch start with one of ` +-\\@`, so `diff --git` at a line's start is always the next part's head. */
function splitPatch(text: string): string[][] {
  const parts: string[][] = [];
  for (const line of text.replace(/\n$/, '').split('\n')) {
    if (line.startsWith('diff --git ')) parts.push([]);
    else parts.at(-1)?.push(line);
  }
  return parts;
}

function hunks(part: readonly string[] | undefined): string | undefined {
  const start = part?.findIndex((line) => line.startsWith('@@ ')) ?? -1;
  if (!part || start < 0) return undefined;
  const patch = part.slice(start).join('\n');
  return patch.length <= maxPatchBytes ? patch : undefined;
}

/** What changed between two trees or commits (SHAs). */
export async function changedFiles(dir: string, from: string, to: string): Promise<ChangedFile[]> {
  const run = async (kind: string[]): Promise<string> =>
    (await git(dir, ['diff', ...diffOptions, ...kind, from, to, '--'])).toString('utf8');
  const [raw, numstat, patch] = await Promise.all([run(['--raw', '-z']), run(['--numstat', '-z']), run(['--patch'])]);
  const counts = parseCounts(numstat);
  const parts = splitPatch(patch);
  return parseRaw(raw).map((entry, index) => {
    const part = parts.shift();
    if (entry.status === 'changed') parts.shift(); // a file that became a link is shown as removed and added
    const text = hunks(part);
    return {
      ...entry,
      additions: counts[index]?.additions ?? 0,
      deletions: counts[index]?.deletions ?? 0,
      ...(text !== undefined && { patch: text }),
    };
  });
}

export function diffText(dir: string, from: string, to: string): Promise<Buffer> {
  return git(dir, ['diff', ...diffOptions, '--patch', from, to, '--']);
}
