import type { Issue } from '../problem.ts';

const DEEPEST = 64;

/** The first text that Postgres cannot keep (NUL, half a surrogate pair), or nesting beyond reason. */
export function unstorable(value: unknown, loc: readonly (string | number)[]): Issue | undefined {
  if (typeof value === 'string') {
    if (!value.includes('\0') && !/\p{Surrogate}/u.test(value)) return undefined;
    return {
      loc,
      msg: `${loc.slice(1).join('.') || loc[0]} holds characters that cannot be stored`,
      type: 'string.characters',
    };
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (loc.length > DEEPEST)
    return { loc: loc.slice(0, 2), msg: `${loc.slice(0, 2).join('.')} is nested too deeply`, type: 'object.depth' };
  for (const [key, inner] of Object.entries(value)) {
    const found =
      unstorable(key, [...loc, 'key']) ?? unstorable(inner, [...loc, Array.isArray(value) ? Number(key) : key]);
    if (found) return found;
  }
  return undefined;
}
