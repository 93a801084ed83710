/**
 * A name that fits into `longest` characters and that Postgres takes: without NUL and half surrogate pairs. Counted in whole
 * characters, as Postgres does, so that none is cut in two.
 */
export function shortName(name: string, longest: number): string {
  return Array.from(name.trim()).filter(isStorable).slice(0, longest).join('').trim();
}

function isStorable(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return code !== 0 && (code < 0xd800 || code > 0xdfff);
}
