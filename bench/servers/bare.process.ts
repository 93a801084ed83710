// The other side of api-reads: Koa and pg and nothing else. It sends the product's own statements and answers with the same
// JSON, and asks nobody for a token. Without transactions as the superuser, so that row-level security does not apply; or with
// the product's own transactions under it, which shows what those cost and what the rest of the product does.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import { Pool, type PoolClient } from 'pg';
import { isTransactional, type Statement } from '../../test/support/sql-spy.ts';
import { presenters, type ReadName } from './bare-presenters.ts';

export interface BareRead {
  readonly name: ReadName;
  readonly statements: readonly Statement[];
}

const reads = new Map(Object.entries(JSON.parse(process.env['BARE_READS'] ?? '{}') as Record<string, BareRead>));
const pool = new Pool({ connectionString: process.env['BARE_DATABASE_URL'], max: Number(process.env['BARE_POOL']) });

const transactions = process.env['BARE_TRANSACTIONS'] === '1';

async function oneByOne(statements: readonly Statement[]): Promise<object[][]> {
  const results: object[][] = [];
  for (const { text, values } of statements) results.push((await pool.query<object>(text, [...values])).rows);
  return results;
}

/** Each transaction on one connection, as the product's units of work. */
async function inTransactions(statements: readonly Statement[]): Promise<object[][]> {
  const results: object[][] = [];
  let client: PoolClient | undefined;
  for (const statement of statements) {
    const { text, values } = statement;
    client ??= await pool.connect();
    if (!isTransactional(statement)) results.push((await client.query<object>(text, [...values])).rows);
    else await client.query(text); // several statements at once: without values
    if (!text.includes('COMMIT')) continue;
    client.release();
    client = undefined;
  }
  return results;
}

const koa = new Koa();
koa.use(async (ctx) => {
  const read = reads.get(ctx.path);
  if (!read) return;
  const results = transactions ? await inTransactions(read.statements) : await oneByOne(read.statements);
  ctx.set('cache-control', 'no-store');
  ctx.set('content-type', 'application/json; charset=utf-8');
  ctx.body = JSON.stringify(presenters[read.name](results));
});

const server = koa.listen(0, '127.0.0.1');
await once(server, 'listening');
process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port, msg: 'listening' })}\n`);
process.once('SIGTERM', () => process.exit(0));
