import { Client } from 'pg';
import { databaseName } from '../../local/plan.ts';
import type { World } from './world.ts';

/** Rows as the superuser sees them, by a connection of its own: the server may have been killed since the last look. */
export async function rowsIn<T extends object>(
  { plan }: World,
  sql: string,
  values: readonly unknown[] = [],
): Promise<T[]> {
  const url = new URL(plan.databaseAdmin ?? '');
  url.pathname = `/${databaseName}`;
  const client = new Client({ connectionString: url.href, connectionTimeoutMillis: 5_000, query_timeout: 30_000 });
  client.on('error', () => undefined); // the query fails by itself
  try {
    await client.connect();
    return (await client.query<T>(sql, [...values])).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}
