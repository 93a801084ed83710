import { ConnectionError, DatabaseError, type Sequelize, type Transaction } from 'sequelize';
import { giveConnection, send, takeConnection, together, type Connection } from './connections.ts';
import { beginStatement, type BeginOptions } from './database.ts';

/** BEGIN waits for no lock: who does not answer it is gone. */
const BEGIN_MS = 5_000;
const IN_FAILED_TRANSACTION = '25P02';
/** No class of it begins with an E: EPIPE is the system's. */
const SQL_STATE = /^(?!E)[0-9A-Z]{5}$/;

/**
 * Runs `work` in one transaction on one connection. One that only reads costs no round trip of its own: BEGIN travels with the
 * first query, and nobody waits for its end. After a failure it is waited for: the connection may be broken.
 * @throws {ConnectionError} when the connection is lost; whether a COMMIT under way has happened is then unknown
 * @throws what `work` throws, and when it has swallowed the failure of a query
 */
export async function inTransaction<T>(
  db: Sequelize,
  options: BeginOptions,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const begin = beginStatement(db, options);
  const { tx, connection } = await takeConnection(db);
  const end = async (statement: 'COMMIT' | 'ROLLBACK'): Promise<void> => {
    together(connection); // with the BEGIN of whoever has the connection next
    const ended = send(db, connection, statement);
    if (options.readOnly && statement === 'COMMIT')
      ended.catch(() => undefined); // of no consequence: whoever comes next finds the connection broken
    else await ended;
  };
  let isGood = true;
  try {
    together(connection);
    const begun = send(db, connection, begin, [], BEGIN_MS);
    begun.catch(() => undefined); // heard below, once the first query has been sent
    if (!options.readOnly) await begun;
    const value = await work(tx);
    await begun; // else it was read without the tenant
    await assertHealthy(db, connection);
    await end('COMMIT');
    return value;
  } catch (error) {
    isGood = await end('ROLLBACK').then(
      () => true,
      () => false,
    );
    throw told(error);
  } finally {
    await giveConnection(db, tx, isGood);
  }
}

/**
 * Postgres answers COMMIT with a quiet ROLLBACK when a statement has failed. pg hands out an error before it hears the
 * transaction's new status, so while something is under way only the server can tell.
 */
async function assertHealthy(db: Sequelize, connection: Connection): Promise<void> {
  if (!connection.readyForQuery) await send(db, connection, 'SELECT 1');
  if (connection.getTransactionStatus() !== 'T') throw swallowed();
}

/** A failure of the connection, a bare `Error` without an SQLSTATE, comes from Sequelize as one of the database's. */
function told(error: unknown): unknown {
  const state = sqlStateOf(error);
  if (state === IN_FAILED_TRANSACTION) return swallowed(error);
  if (!(error instanceof DatabaseError) || SQL_STATE.test(state ?? '')) return error;
  if (error.original.constructor !== Error) return error; // a TypeError and the like: a mistake of ours
  return new ConnectionError(error.original);
}

function swallowed(cause?: unknown): Error {
  return new Error('a failed query was swallowed in this unit of work', { cause });
}

/** The SQLSTATE of a database error, however Sequelize wrapped it. */
export function sqlStateOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { original, code } = error as { original?: { code?: unknown }; code?: unknown };
  const found = original?.code ?? code;
  return typeof found === 'string' ? found : undefined;
}
