import type { Pool } from 'pg';
import type { Logger } from '../core/logger.ts';

const BATCH = 1_000;

/** What may go after a week, each by an index on its age. */
const SWEEPS = [
  {
    table: 'outbox',
    sql: `delete from outbox where id in (
      select id from outbox where delivered_at < now() - interval '7 days' order by delivered_at limit $1)`,
  },
  {
    table: 'idempotency_keys',
    sql: `delete from idempotency_keys where ctid = any (array(
      select ctid from idempotency_keys where created_at < now() - interval '7 days' order by created_at limit $1))`,
  },
  {
    table: 'github_deliveries',
    sql: `delete from github_deliveries where delivery_id in (
      select delivery_id from github_deliveries where received_at < now() - interval '7 days' order by received_at limit $1)`,
  },
] as const;

/**
 * Deletes a small batch of each kind, so that no lock is held long.
 * @returns true when some batch was full, so that there is more
 */
export async function sweepOnce({ pool, log }: { readonly pool: Pool; readonly log: Logger }): Promise<boolean> {
  let more = false;
  for (const { table, sql } of SWEEPS) {
    const { rowCount } = await pool.query(sql, [BATCH]);
    if (rowCount) log.info({ table, rows: rowCount }, 'old rows swept');
    more ||= rowCount === BATCH;
  }
  return more;
}
