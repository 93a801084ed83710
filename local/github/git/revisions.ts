import { gitText, gitTry } from './run-git.ts';

export const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
export const zeroSha = '0'.repeat(40);

const forbiddenInRefs = /[~^:?*[\\ ]|\.\.|@\{|^[-/.]|\/\.|\/\/|\/$|\.$|\.lock(\/|$)|^@$/;

function hasControlCharacter(text: string): boolean {
  return Array.from(text).some((character) => character < ' ' || character === '\u007f');
}

/** A name that is safe to hand to git as part of a ref: no revision syntax, no option. */
export function isPlainRefName(name: string): boolean {
  return name.length > 0 && name.length < 250 && !hasControlCharacter(name) && !forbiddenInRefs.test(name);
}

export function isSha(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}

/** The commit of a branch, tag, full ref or (short) SHA; null when there is none. */
export async function resolveCommit(dir: string, name: string): Promise<string | null> {
  if (/^[0-9a-f]{7,40}$/.test(name)) {
    const direct = await gitTry(dir, ['rev-parse', '--verify', '--quiet', `${name}^{commit}`]);
    if (direct) return direct;
  }
  if (name === 'HEAD') return gitTry(dir, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']);
  if (!isPlainRefName(name)) return null;
  const candidates = name.startsWith('refs/')
    ? [name]
    : [`refs/heads/${name}`, `refs/tags/${name}`, `refs/${name}`].filter(
        (ref, index) => index < 2 || /^refs\/(heads|tags)\//.test(ref),
      );
  for (const ref of candidates) {
    const sha = await gitTry(dir, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]);
    if (sha) return sha;
  }
  return null;
}

export interface Ref {
  ref: string;
  type: string;
  sha: string;
}

/** All branches and tags, or those below a prefix such as `refs/heads/`. */
export async function listRefs(dir: string, prefixes = ['refs/heads', 'refs/tags']): Promise<Ref[]> {
  const text = await gitText(dir, ['for-each-ref', '--format=%(objectname) %(objecttype) %(refname)', ...prefixes]);
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [sha = '', type = '', ...name] = line.split(' ');
      return { sha, type, ref: name.join(' ') };
    });
}

export async function isAncestor(dir: string, older: string, newer: string): Promise<boolean> {
  return (await gitTry(dir, ['merge-base', '--is-ancestor', older, newer])) !== null;
}

/** Moves a ref from the value that the caller saw; false when somebody else was faster or git refuses the name. */
export async function moveRef(dir: string, ref: string, to: string, from: string): Promise<boolean> {
  return (await gitTry(dir, ['update-ref', ref, to, from])) !== null;
}
