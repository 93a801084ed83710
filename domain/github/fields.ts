/** A JSON object of which nothing is known yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** Null for anything that is no JSON object. */
export function objectIn(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

/** GitHub's numeric id as text; null when it is none, or too large for JSON's numbers to be told apart. */
export function idIn(fields: Fields | null, name: string): string | null {
  const value = fields?.[name];
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? String(value) : null;
}

export function textIn(fields: Fields | null, name: string, form: RegExp): string | null {
  const value = fields?.[name];
  return typeof value === 'string' && form.test(value) ? value : null;
}

const FIRST_MS = Date.UTC(2008, 0);
const LAST_MS = Date.UTC(2100, 0);

/** A time as GitHub writes it, seconds since 1970 or ISO 8601; given as ISO 8601, null when it is none of GitHub's life. */
export function timeIn(fields: Fields | null, name: string): string | null {
  const value = fields?.[name];
  const ms = typeof value === 'number' ? value * 1_000 : typeof value === 'string' ? isoMs(value) : Number.NaN;
  return ms >= FIRST_MS && ms <= LAST_MS ? new Date(ms).toISOString() : null;
}

function isoMs(text: string): number {
  return /^\d{4}-\d\d-\d\dT[0-9:.]{5,15}(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
}
