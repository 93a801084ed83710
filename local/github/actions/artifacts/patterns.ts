import { isAbsolute, join, resolve } from 'node:path';

/** One line of an artifact's `path`. Paths are absolute. */
export interface PathPattern {
  excludes: boolean;
  /** The part of the path before the first wildcard: what is searched. */
  base: string;
  matches(path: string): boolean;
}

const WILDCARD = /[*?[]/;

/** Reads the lines of `path`: files, folders, `*`, `?`, `[a-z]`, `**`, and `!` in front of what is left out. */
export function readPatterns(text: string, workspace: string): PathPattern[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => readPattern(line, workspace));
}

function readPattern(line: string, workspace: string): PathPattern {
  const excludes = line.startsWith('!');
  const written = (excludes ? line.slice(1) : line).trim();
  const path = isAbsolute(written) ? resolve(written) : join(resolve(workspace), written);
  const segments = path.replace(/\/+$/, '').split('/');
  const firstWild = segments.findIndex((segment) => WILDCARD.test(segment));
  const base = (firstWild === -1 ? segments : segments.slice(0, firstWild)).join('/') || '/';
  // A folder that matches stands for all that is in it.
  const wanted = [...segments.map(readSegment), '**' as const];
  return { excludes, base, matches: (path) => fits(wanted, path.split('/'), '**', (one, name) => one(name)) };
}

type Segment = '**' | ((name: string) => boolean);
type Letter = '*' | ((letter: string) => boolean);

function readSegment(segment: string): Segment {
  if (segment === '**') return '**';
  if (!WILDCARD.test(segment)) return (name) => name === segment;
  const letters = segment.match(/\[[^\]]+\]|[^]/gu)?.map(readLetter) ?? [];
  return (name) => fits(letters, Array.from(name), '*', (one, letter) => one(letter));
}

function readLetter(written: string): Letter {
  if (written === '*') return '*';
  if (written === '?') return () => true;
  if (written.length < 3) return (letter) => letter === written;
  const ranges = written.slice(1, -1).match(/[^]-[^]|[^]/gu) ?? [];
  return (letter) => ranges.some((range) => letter >= (range[0] ?? '') && letter <= (range.at(-1) ?? ''));
}

/**
 * Matches items against a pattern in which `any` stands for any number of them. It goes back to the last `any` only, so the
 * time is at most length × length: patterns come from strangers, and a regular expression could take for ever.
 */
function fits<One, Any extends string>(
  pattern: readonly (One | Any)[],
  items: readonly string[],
  any: Any,
  isFit: (one: Exclude<One, Any>, item: string) => boolean,
): boolean {
  let at = 0;
  let lastAny = -1;
  let taken = 0;
  for (let next = 0; next < items.length;) {
    const one = pattern[at];
    if (one === any) {
      lastAny = at;
      taken = next;
      at += 1;
    } else if (at < pattern.length && isFit(one as Exclude<One, Any>, items[next] ?? '')) {
      at += 1;
      next += 1;
    } else if (lastAny !== -1) {
      taken += 1;
      next = taken;
      at = lastAny + 1;
    } else {
      return false;
    }
  }
  return pattern.slice(at).every((one) => one === any);
}
