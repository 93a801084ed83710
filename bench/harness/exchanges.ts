import { randomBytes, randomUUID } from 'node:crypto';
import { Client, type ClientBase, type QueryResult } from 'pg';

/** One statement that the product sent and the rows that it got for it. */
export interface Exchange {
  readonly text: string;
  readonly values: readonly unknown[];
  rows: readonly Readonly<Record<string, unknown>>[];
}

type Query = (this: Client, ...args: unknown[]) => unknown;
type Done = (error: unknown, result: QueryResult | QueryResult[]) => void;

/** Everything that this process asks Postgres while `work` runs, with the answers; pg is called in all of its ways. */
export async function exchangesOf(work: () => Promise<unknown>): Promise<Exchange[]> {
  const seen: Exchange[] = [];
  const prototype = Client.prototype as unknown as { query: Query };
  const { query } = prototype;
  prototype.query = function (...args) {
    const [given, values] = args;
    const text = textOf(given);
    if (text === undefined) return query.apply(this, args);
    const exchange: Exchange = { text, values: Array.isArray(values) ? values : [], rows: [] };
    seen.push(exchange);
    const keep = (result: QueryResult | QueryResult[]): void => void (exchange.rows = rowsIn(result));
    const done = args.at(-1);
    if (typeof done === 'function') {
      const told: Done = (error, result) => {
        if (!error) keep(result);
        (done as Done)(error, result);
      };
      return query.apply(this, [...args.slice(0, -1), told]);
    }
    const sent = query.apply(this, args) as Promise<QueryResult>;
    sent.then(keep, () => undefined);
    return sent;
  };
  try {
    await work();
  } finally {
    prototype.query = query;
  }
  return seen;
}

/** pg takes a statement as text, or as an object that holds it. */
function textOf(given: unknown): string | undefined {
  if (typeof given === 'string') return given;
  const { text } = (given ?? {}) as { readonly text?: unknown };
  return typeof text === 'string' ? text : undefined;
}

function rowsIn(result: QueryResult | QueryResult[]): Exchange['rows'] {
  return [result].flat().flatMap(({ rows }) => rows ?? []) as Exchange['rows'];
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Shorter texts are words, states and counts, not names of rows. */
const SHORTEST_NAME = 6;

/**
 * Sends the statements again, one after the other, about other rows: `names` says by what the captured names (e-mails, ids,
 * hashes in hexadecimal) are replaced. Ids that the database gives are followed; ids and hashes that the product had
 * drawn for new rows are drawn anew.
 * @throws when a statement does not give as many rows as it gave then
 */
export async function replay(
  client: ClientBase,
  exchanges: readonly Exchange[],
  names: ReadonlyMap<string, string>,
): Promise<void> {
  const known = new Map(names);
  for (const { text, values, rows } of exchanges) {
    const isInsert = /^\s*insert/i.test(text);
    const sent = values.map((value) => renamed(value, known, isInsert));
    const sql = withNames(text, known); // Sequelize writes what it looks for into the statement
    const answered = rowsIn(await client.query(sql, sent.length > 0 ? sent : undefined));
    if (answered.length !== rows.length) throw new Error(`${answered.length} rows instead of ${rows.length}: ${sql}`);
    for (const [at, before] of rows.entries()) {
      for (const [column, value] of Object.entries(before)) {
        const now = answered[at]?.[column];
        if (typeof value === 'string' && typeof now === 'string' && value.length >= SHORTEST_NAME)
          known.set(value, now);
      }
    }
  }
}

function renamed(value: unknown, known: Map<string, string>, isInsert: boolean): unknown {
  if (Array.isArray(value)) return value.map((one) => renamed(one, known, isInsert));
  if (Buffer.isBuffer(value)) {
    const name = value.toString('hex');
    if (isInsert && !known.has(name)) known.set(name, randomBytes(value.length).toString('hex'));
    return Buffer.from(known.get(name) ?? name, 'hex');
  }
  if (typeof value !== 'string') return value;
  if (isInsert && UUID.test(value) && !known.has(value)) known.set(value, randomUUID());
  const whole = known.get(value);
  return whole ?? withNames(value, known);
}

/** Names may stand within others and within JSON. */
function withNames(text: string, known: ReadonlyMap<string, string>): string {
  let changed = text;
  for (const [name, other] of known) if (name !== other) changed = changed.replaceAll(name, other);
  return changed;
}
