import Joi from 'joi';

/** An opaque place in a list: what the last row was sorted by. */
export function cursorOf(parts: readonly string[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** The parts that `cursorOf` was given; `cursorSchema` has checked that they are texts. */
export function readCursor(cursor: string): string[] {
  const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  return Array.isArray(parsed) ? parsed.map(String) : [];
}

/** Just what `toISOString` writes for years that Postgres knows. */
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** A `[ISO time, id]` cursor from the query; anything else is a 422. */
export const cursorSchema = Joi.string()
  .max(500)
  .custom((value: string, helpers) => {
    try {
      const [time = '', id = ''] = readCursor(value);
      const fits = ISO_TIME.test(time) && !Number.isNaN(Date.parse(time)) && /^\d{1,18}$/.test(id);
      return fits ? value : helpers.error('any.invalid');
    } catch {
      return helpers.error('any.invalid');
    }
  });

/** A `Link` header to the next page (RFC 8288). */
export function nextLink(path: string, query: Readonly<Record<string, string | number | boolean>>): { link: string } {
  const search = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
  );
  return { link: `<${path}?${search.toString()}>; rel="next"` };
}
