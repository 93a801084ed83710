import type { Dirent } from 'node:fs';
import { lstat, readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { WorkflowError } from '../errors.ts';
import type { PathPattern } from './patterns.ts';

/** A file to put into an artifact. */
export interface FoundFile {
  path: string;
  /** Its name in the zip: below the deepest folder that all patterns share. */
  entry: string;
}

interface Search {
  patterns: readonly PathPattern[];
  /** Folders that files may be taken from, as their real paths. */
  allowed: readonly string[];
  withHidden: boolean;
}

const MOST_FILES = 5_000;
const DEEPEST = 64;

/** Throws a WorkflowError for too many files, and for a symbolic link that leads out of the allowed folders. */
export async function findFiles(search: Search): Promise<FoundFile[]> {
  const bases = search.patterns.filter((pattern) => !pattern.excludes).map((pattern) => pattern.base);
  const found = new Set<string>();
  for (const base of new Set(bases)) await walk(base, 0, search, found);
  const root = sharedFolder(await Promise.all(bases.map(folderOf)));
  return [...found].sort().map((path) => ({ path, entry: relative(root, path).split(sep).join('/') }));
}

/** True for a path in one of the folders, or one of the folders itself. Expects real paths. */
export function isInside(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path === folder || path.startsWith(folder + sep));
}

async function walk(path: string, depth: number, search: Search, found: Set<string>): Promise<void> {
  const stats = await lstat(path).catch(() => null);
  if (!stats || depth > DEEPEST) return;
  if (!isInside(await realpath(path).catch(() => ''), search.allowed)) {
    if (isWanted(path, search.patterns) || depth === 0) throw leadsOutside(path);
    return;
  }
  if (stats.isDirectory()) {
    const entries = await readdir(path, { withFileTypes: true }).catch((): Dirent[] => []);
    for (const entry of entries) {
      if (search.withHidden || !entry.name.startsWith('.'))
        await walk(join(path, entry.name), depth + 1, search, found);
    }
    return;
  }
  if (!isWanted(path, search.patterns)) return;
  if (stats.isFile() || stats.isSymbolicLink()) found.add(path);
  if (found.size > MOST_FILES) throw new WorkflowError(`the artifact has more than ${MOST_FILES} files`);
}

function isWanted(path: string, patterns: readonly PathPattern[]): boolean {
  // The last pattern that matches decides.
  const last = patterns.findLast((pattern) => pattern.matches(path));
  return last !== undefined && !last.excludes;
}

function leadsOutside(path: string): WorkflowError {
  return new WorkflowError(`${basename(path)} is a path or symbolic link that leads out of the workspace`);
}

async function folderOf(base: string): Promise<string> {
  const stats = await lstat(base).catch(() => null);
  return stats?.isDirectory() ? base : dirname(base);
}

function sharedFolder(folders: readonly string[]): string {
  const [first = [], ...others] = folders.map((folder) => folder.split(sep));
  const length = first.findIndex((segment, index) => others.some((other) => other[index] !== segment));
  return (length === -1 ? first : first.slice(0, length)).join(sep) || sep;
}
