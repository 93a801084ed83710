import Joi from 'joi';
import type { NewestFirst } from '../services/newest-first.ts';

/** An opaque place in a list: what the last row was sorted by. */
export function cursorOf(parts: readonly string[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** The parts that `cursorOf` was given; `cursorSchema` has checked that they are texts. */
export function readCursor(cursor: string): string[] {
  const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  return Array.isArray(parsed) ? parsed.map(String) : [];
}

/** Whether a text can be that part of a cursor; what it says goes into SQL. */
export type CursorPart = (text: string) => boolean;

/** Just what `toISOString` writes for years that Postgres knows: `Date` also takes 31 February, Postgres does not. */
export const timePart: CursorPart = (text) =>
  /^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) &&
  !Number.isNaN(Date.parse(text)) &&
  new Date(text).toISOString() === text;

export const idPart: CursorPart = (text) => /^\d{1,18}$/.test(text);

/** A cursor of these parts from the query; anything else is a 422. */
export function cursorSchema(...parts: readonly CursorPart[]) {
  return Joi.string()
    .max(500)
    .custom((value: string, helpers) => {
      try {
        const given = readCursor(value);
        const fits = given.length === parts.length && parts.every((isPart, at) => isPart(given[at] ?? ''));
        return fits ? value : helpers.error('any.invalid');
      } catch {
        return helpers.error('any.invalid');
      }
    });
}

const uuidPart: CursorPart = (text) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);

/** How the lists of /api/v1 are paged: contracts/identity.md section 3.4, with an opaque cursor beside it. */
export interface PageQuery {
  readonly page?: number;
  readonly page_size: number;
  readonly cursor?: string;
}

/** Its fields in a query schema; the schema adds `.oxor('page', 'cursor')`. */
export const pageFields = (...parts: readonly CursorPart[]) => ({
  page: Joi.number().integer().min(1).max(1_000_000).description('From 1; not together with `cursor`'),
  page_size: Joi.number().integer().min(1).max(200).default(50),
  cursor: cursorSchema(...parts).description(
    '`next_cursor` of the page before: what is written meanwhile does not move the pages',
  ),
});

/** The rows to ask for: one to spare, for `pageOf`. */
export function pageAsked({ page = 1, page_size: size }: PageQuery): {
  readonly limit: number;
  readonly offset: number;
} {
  return { limit: size + 1, offset: (page - 1) * size };
}

/**
 * What to show of rows that were asked for with one to spare.
 * @returns `last` only when there is more: the row to go on from
 */
export function pageOf<Row>(rows: readonly Row[], limit: number): { shown: readonly Row[]; last?: Row } {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return last === undefined ? { shown } : { shown, last };
}

/** A `Link` header to the next page (RFC 8288). */
export function nextLink(path: string, query: Readonly<Record<string, string | number | boolean>>): { link: string } {
  const search = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
  );
  return { link: `<${path}?${search.toString()}>; rel="next"` };
}

/** A page as /api/v1 shows it. */
export interface Page<Item> {
  readonly items: Item[];
  /** Of all pages. */
  readonly total: number;
  readonly next_cursor: string | null;
}

export function pageReply<Item extends object>(item: Joi.ObjectSchema<Item>) {
  return Joi.object<Page<Item>>({
    items: Joi.array().items(item),
    total: Joi.number().integer(),
    next_cursor: Joi.string().allow(null),
  });
}

/** The query fields of a list that is sorted by when things were made, newest first. */
export const newestFirstFields = pageFields(timePart, uuidPart);

/** What to ask for, for such a query. */
export function newestFirst(query: PageQuery): NewestFirst {
  const [createdAt = '', id = ''] = query.cursor === undefined ? [] : readCursor(query.cursor);
  return { ...pageAsked(query), ...(query.cursor !== undefined && { after: [createdAt, id] }) };
}

/** What to show of the rows that came. */
export function presentNewestFirst<Row extends { readonly id: string; readonly createdAt: Date }, Item>(
  { rows, total }: { readonly rows: readonly Row[]; readonly total: number },
  { page_size: size }: PageQuery,
  present: (row: Row) => Item,
): Page<Item> {
  const { shown, last } = pageOf(rows, size);
  return {
    items: shown.map(present),
    total,
    next_cursor: last ? cursorOf([last.createdAt.toISOString(), last.id]) : null,
  };
}
