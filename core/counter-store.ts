import { createHash } from 'node:crypto';
import { Pool } from 'pg';
import { AppError } from './errors.ts';
import { HeardClient } from './heard-client.ts';
import type { Logger } from './logger.ts';

/** A count is one row by its key; more connections than this would only wait for each other. */
const CONNECTIONS = 4;
/** Who cannot be counted is refused, and should hear so soon. */
const TIMEOUT_MS = 5_000;

/** What rate-limiter-flexible sends its statements to. */
export interface CounterStore {
  /** @throws {AppError} DATABASE_UNAVAILABLE, whatever went wrong: who cannot be counted is not let in */
  query(statement: CounterStatement): Promise<{ readonly rows: object[]; readonly rowCount: number | null }>;
  close(): Promise<void>;
}

interface CounterStatement {
  readonly text: string;
  readonly values: unknown[];
}

/**
 * Counters in Postgres, which every replica shares, on a few connections of their own as `tenon_app`: a unit of work that
 * waits for one must not keep another request from being counted. Connects at the first count.
 */
export function counterStore(url: string, log: Logger): CounterStore {
  // commit-ok: a count stands whatever becomes of its request; one statement each, in tables without a tenant
  const pool = new Pool({
    Client: HeardClient,
    connectionString: url,
    application_name: 'tenon-counters',
    keepAlive: true,
    max: CONNECTIONS,
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS, // the client's: a server's `statement_timeout` does not pass every transaction pooler
  });
  pool.on('error', (err) => log.warn({ err }, 'an idle connection of the counters broke'));
  return {
    async query({ text, values }) {
      try {
        return await pool.query<object>({ text, values }); // without the library's name: a transaction pooler knows no prepared statements
      } catch (cause) {
        throw new AppError('DATABASE_UNAVAILABLE', undefined, { cause });
      }
    },
    close: () => pool.end(),
  };
}

/** How something personal (an e-mail, an address, a name at an issuer) stands in a counter's key: SHA-256, base64url. */
export function hashedKey(personal: string): string {
  return createHash('sha256').update(personal).digest('base64url');
}
