import { Pool } from 'pg';
import { HeardClient } from '../core/heard-client.ts';
import type { Logger } from '../core/logger.ts';

const MOST = 4; // the relay's batch marks ten at once, briefly
/** For a connection and for an answer: statements here are small, and the relay must not wait for who is gone. */
const ANSWER_MS = 5_000;

/** Connections as tenon_system, for relay, reconciler and sweeps. Connects at the first statement. */
export function systemPool(url: string, log: Logger): Pool {
  // commit-ok: they work across organisations, one statement each; a unit of work has one
  const pool = new Pool({
    Client: HeardClient,
    connectionString: url,
    application_name: 'tenon-system',
    keepAlive: true,
    max: MOST,
    connectionTimeoutMillis: ANSWER_MS,
    query_timeout: ANSWER_MS,
  });
  pool.on('error', (error) => log.warn({ err: error }, 'an idle database connection was lost'));
  return pool;
}
