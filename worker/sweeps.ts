import type { Pool } from 'pg'; // commit-ok: deletes what is old in all organisations, each batch in one statement
import type { Logger } from '../core/logger.ts';

/** Of each kind, unless a row takes many others with it. */
const BATCH = 1_000;

interface Sweep {
  readonly table: string;
  readonly sql: string;
  readonly batch?: number;
}

/** Milliseconds, as counters keep the end of their window; an hour more than any clock may be wrong. */
const LONG_ENDED = `(extract(epoch from now() - interval '1 hour') * 1000)::bigint`;

/** A counter that somebody has just begun anew, while this statement waited for it, stays. */
const endedCounters = (table: string): Sweep => ({
  table,
  sql: `delete from ${table} where expire < ${LONG_ENDED} and key in (
      select key from ${table} where expire < ${LONG_ENDED} order by expire limit $1)`,
});

/** What may go, each by an index on its age: a week after it was done; sessions and links of mails a month after they could last be used. */
const SWEEPS: readonly Sweep[] = [
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
  {
    table: 'github_turns', // no window is longer than an hour, and who has not come back for a day waits no more
    sql: `delete from github_turns where id in (
      select id from github_turns where come_back_at < now() - interval '1 day' order by come_back_at limit $1)`,
  },
  endedCounters('rate_limits'),
  endedCounters('sign_in_failures'),
  {
    table: 'auth_sessions',
    sql: `delete from auth_sessions where id in (
      select id from auth_sessions where expires_at < now() - interval '30 days' order by expires_at limit $1)`,
    batch: 50, // a session takes its refresh tokens with it, thousands when it was used all day
  },
  {
    table: 'account_links', // with the mails that carried them
    sql: `delete from account_links where id in (
      select id from account_links where expires_at < now() - interval '30 days' order by expires_at limit $1)`,
  },
];

/**
 * Deletes a small batch of each kind, so that no lock is held long.
 * @returns true when some batch was full, so that there is more
 */
export async function sweepOnce({ pool, log }: { readonly pool: Pool; readonly log: Logger }): Promise<boolean> {
  let more = false;
  for (const { table, sql, batch = BATCH } of SWEEPS) {
    const { rowCount } = await pool.query(sql, [batch]);
    if (rowCount) log.info({ table, rows: rowCount }, 'old rows swept');
    more ||= rowCount === batch;
  }
  return more;
}
