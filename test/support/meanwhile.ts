import { Client } from 'pg';
import type { TestDatabase } from './database.ts';
import { eventually } from './eventually.ts';

/**
 * Does something in a transaction of its own, starts `requests`, waits until as many of them wait for what it has locked,
 * and commits: they have then all looked at the state before it.
 */
export async function meanwhile<T>(
  database: TestDatabase,
  { sql, values, waiting }: { readonly sql: string; readonly values: readonly unknown[]; readonly waiting: number },
  requests: () => Promise<T>,
): Promise<T> {
  const holder = new Client({ connectionString: database.adminUrl });
  await holder.connect();
  try {
    await holder.query('begin');
    await holder.query(sql, [...values]);
    const started = requests();
    await eventually(`${waiting} requests that wait`, async () => {
      const [row] = await database.rows<{ n: number }>(
        `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return row?.n === waiting;
    });
    await holder.query('commit');
    return await started;
  } finally {
    await holder.end();
  }
}
