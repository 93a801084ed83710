import type { Issue } from '../problem.ts';

type Path = readonly (string | number)[];

const DEEPEST = 64;

/**
 * The first thing in a request that no schema would catch and that must not go further: text that Postgres cannot keep
 * (NUL, half a surrogate pair), nesting beyond reason, a key that would become a prototype as soon as somebody copies it.
 */
export function unstorable(value: unknown, loc: Path): Issue | undefined {
  if (typeof value === 'string')
    return isStorable(value) ? undefined : issue(loc, 'holds characters that cannot be stored');
  if (typeof value !== 'object' || value === null) return undefined;
  if (loc.length > DEEPEST) return issue(loc.slice(0, 2), 'is nested too deeply');
  for (const [key, inner] of Object.entries(value)) {
    if (key === '__proto__' || !isStorable(key)) return issue(loc, 'has a key that is not allowed');
    const found = unstorable(inner, [...loc, Array.isArray(value) ? Number(key) : key]);
    if (found) return found;
  }
  return undefined;
}

function isStorable(text: string): boolean {
  return !text.includes('\0') && !/\p{Surrogate}/u.test(text);
}

function issue(loc: Path, what: string): Issue {
  const [part = 'body', ...path] = loc;
  return { loc, msg: `${path.join('.') || part} ${what}`, type: 'any.unstorable' };
}
