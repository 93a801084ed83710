import { Client } from 'pg';

/** One call of pg, which is one round trip. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

type Query = (this: Client, text: unknown, values?: unknown, ...rest: unknown[]) => unknown;

const TRANSACTION = /START TRANSACTION|COMMIT|ROLLBACK/;

export function isTransactional({ text }: Statement): boolean {
  return TRANSACTION.test(text);
}

/** Everything that this process sends to Postgres while `work` runs. */
export async function statementsOf(work: () => Promise<unknown>): Promise<Statement[]> {
  const seen: Statement[] = [];
  const prototype = Client.prototype as unknown as { query: Query };
  const { query } = prototype;
  prototype.query = function (text, values, ...rest) {
    const sql = typeof text === 'string' ? text : (text as { readonly text?: unknown }).text;
    if (typeof sql === 'string') seen.push({ text: sql, values: Array.isArray(values) ? values : [] });
    return query.call(this, text, values, ...rest);
  };
  try {
    await work();
  } finally {
    prototype.query = query;
  }
  return seen;
}

/** The SQL of what this process asks while `work` runs, transactions' own statements left out. */
export async function queriesOf(work: () => Promise<unknown>): Promise<string[]> {
  return (await statementsOf(work)).filter((statement) => !isTransactional(statement)).map(({ text }) => text);
}
