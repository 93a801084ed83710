import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { zeroSha } from './revisions.ts';
import { git, gitText } from './run-git.ts';

export interface TreeEntry {
  mode: string;
  type: string;
  sha: string;
  size: number | null;
  path: string;
}

function parseEntry(record: string): TreeEntry {
  const tab = record.indexOf('\t');
  const [mode = '', type = '', sha = '', size = '-'] = record.slice(0, tab).split(/ +/);
  return { mode, type, sha, size: size === '-' ? null : Number(size), path: record.slice(tab + 1) };
}

/** Entries of a tree; with `recursive` those of its subtrees too (the subtrees themselves included, as GitHub does). */
export async function readTree(dir: string, tree: string, recursive = false): Promise<TreeEntry[]> {
  const args = ['ls-tree', '-z', '--long', '--full-tree', ...(recursive ? ['-r', '-t'] : []), tree];
  const text = await git(dir, args).then((output) => output.toString('utf8'));
  return text.split('\0').filter(Boolean).map(parseEntry);
}

/** One file, folder or link of a tree; null when there is none at the path. */
export async function findEntry(dir: string, tree: string, filePath: string): Promise<TreeEntry | null> {
  const text = await git(dir, ['ls-tree', '-z', '--long', '--full-tree', tree, '--', filePath], {
    env: { GIT_LITERAL_PATHSPECS: '1' },
  });
  const record = text.toString('utf8').split('\0')[0];
  return record ? parseEntry(record) : null;
}

export function readBlob(dir: string, sha: string, maxBytes?: number): Promise<Buffer> {
  return git(dir, ['cat-file', 'blob', sha], maxBytes === undefined ? {} : { maxBytes });
}

async function withIndex<T>(work: (env: Record<string, string>) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'tenon-index-'));
  try {
    return await work({ GIT_INDEX_FILE: path.join(folder, 'index') });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The tree with one file written; returns both new object names. */
export function writeFileInTree(
  dir: string,
  tree: string | null,
  filePath: string,
  content: Buffer,
): Promise<{ tree: string; blob: string }> {
  return withIndex(async (env) => {
    const blob = await gitText(dir, ['hash-object', '-w', '--stdin'], { input: content });
    const mode = tree ? ((await findEntry(dir, tree, filePath))?.mode ?? '100644') : '100644';
    await git(dir, tree ? ['read-tree', tree] : ['read-tree', '--empty'], { env });
    await git(dir, ['update-index', '-z', '--index-info'], { env, input: `${mode} ${blob}\t${filePath}\0` });
    return { tree: await gitText(dir, ['write-tree'], { env }), blob };
  });
}

/** The tree without everything below a folder. */
export function removeFromTree(dir: string, tree: string, folder: string): Promise<string> {
  return withIndex(async (env) => {
    await git(dir, ['read-tree', tree], { env });
    const files = (await git(dir, ['ls-files', '-z'], { env })).toString('utf8').split('\0');
    const removals = files.filter((file) => file.startsWith(`${folder}/`)).map((file) => `0 ${zeroSha}\t${file}\0`);
    await git(dir, ['update-index', '-z', '--index-info'], { env, input: removals.join('') });
    return gitText(dir, ['write-tree'], { env });
  });
}

/** Stores a folder's files (what its .gitignore leaves) and returns the tree. */
export function importFolder(dir: string, folder: string): Promise<string> {
  return withIndex(async (env) => {
    await git(dir, [`--work-tree=${folder}`, 'add', '--all', '.'], { env });
    return gitText(dir, ['write-tree'], { env });
  });
}

/** The tree with patches applied, one after the other. */
export function patchTree(dir: string, tree: string, patches: readonly string[]): Promise<string> {
  return withIndex(async (env) => {
    await git(dir, ['read-tree', tree], { env });
    for (const patch of patches) await git(dir, ['apply', '--cached', patch], { env });
    return gitText(dir, ['write-tree'], { env });
  });
}

/** Copies a tree with all its objects from one bare repository to another. */
export async function copyTree(fromDir: string, toDir: string, tree: string): Promise<void> {
  const pack = await git(fromDir, ['pack-objects', '--revs', '--stdout', '--quiet'], {
    input: `${tree}\n`,
    maxBytes: 512 * 1024 * 1024,
  });
  await git(toDir, ['unpack-objects', '-q'], { input: pack });
}

/** A new bare repository; its HEAD names the default branch, which clones of an empty one need. */
export async function initBare(dir: string, defaultBranch: string): Promise<void> {
  await git(dir, ['init', '--bare', '--quiet', `--initial-branch=${defaultBranch}`, '--template=']);
}
