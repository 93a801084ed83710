import { AsyncLocalStorage } from 'node:async_hooks';
import pg, { types } from 'pg';
import { Sequelize, type Options, type Transaction } from 'sequelize';
import type { Actor } from '../domain/identity/actor.ts';
import { connectionOf, send } from './connections.ts';
import { HeardClient } from './heard-client.ts';

/** The unit of work that the current call chain runs in, if any. */
export const openUnit = new AsyncLocalStorage<{ readonly tx: Transaction; readonly actor: Actor }>();

// Models and raw queries find the open transaction here; without it every call would have to be handed `{ transaction }`.
Sequelize.useCLS({
  bind: (work: unknown) => work,
  run: (work: (context: object) => unknown) => work({}),
  set: () => undefined,
  get: () => openUnit.getStore()?.tx,
});

/** The part of Sequelize's query generator that PROVEN trick 1 replaces; private, so sequelize is pinned. */
interface TransactionQueries {
  startTransactionQuery(tx: { readonly parent?: unknown; readonly options: BeginOptions }): string;
}

export interface BeginOptions {
  /** Whose rows the transaction may see; null for look-ups only. */
  readonly orgId?: string | null;
  readonly readOnly?: boolean;
}

/** A statement that takes longer waits for a lock that nobody lets go of; whoever asked has gone by then. */
const STATEMENT_MS = 15_000;
/** So long a connection may be silent on a statement: longer than any takes, so the network or the server is gone. */
const SILENCE_MS = STATEMENT_MS + 5_000;
const CONNECT_MS = 5_000;
/** A transaction whose owner says nothing for so long is ended by the server: half-open, it would keep its locks for two hours. */
const IDLE_MS = 15_000;

/**
 * Connects as `tenon_app`. Opening a transaction sets the tenant in the same round trip; a query outside a unit of work,
 * or inside a unit of another database, throws before anything is sent.
 */
export function connectDatabase(
  url: string,
  { poolSize, applicationName }: { poolSize: number; applicationName: string },
): Sequelize {
  const options: Options & { keepDefaultTimezone: boolean } = {
    dialect: 'postgres',
    dialectModule: { ...pg, types, Client: HeardClient },
    logging: false,
    keepDefaultTimezone: true, // spares a SET on each new connection; not in the typings
    minifyAliases: true,
    pool: { max: poolSize, min: 0, idle: 10_000, acquire: 10_000 },
    dialectOptions: {
      clientMinMessages: 'ignore',
      application_name: applicationName,
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: SILENCE_MS,
    },
    define: { underscored: true },
  };
  const db = new Sequelize(url, options);
  const queries = db.getQueryInterface().queryGenerator as TransactionQueries;
  queries.startTransactionQuery = ({ parent, options: { orgId, readOnly } }) => {
    if (parent) throw new Error('no savepoints: use insert … on conflict');
    if (openUnit.getStore()) throw new Error('no transaction inside a unit of work: it is one');
    const begin = `START TRANSACTION${readOnly ? ' READ ONLY' : ''}`;
    return `${begin};SELECT set_config('app.org_id',${db.escape(orgId ?? '')},true),set_config('statement_timeout','${STATEMENT_MS}',true),set_config('idle_in_transaction_session_timeout','${IDLE_MS}',true);`;
  };
  // A statement may be sent before the answer to the one before has come: BEGIN and the first query travel together.
  db.addHook('afterConnect', (connection: unknown) => {
    (connection as { pipeline: boolean }).pipeline = true;
  });
  db.addHook('beforeQuery', ({ transaction }: { transaction?: Transaction }) => void assertIn(db, transaction));
  return db;
}

/** The text of a transaction's beginning, with the tenant in it. */
export function beginStatement(db: Sequelize, options: BeginOptions): string {
  return (db.getQueryInterface().queryGenerator as TransactionQueries).startTransactionQuery({ options });
}

/** What Sequelize's own queries are checked for too. */
function assertIn(db: Sequelize, tx: Transaction | undefined): Transaction {
  if (!tx) throw new Error('stray query: open a unit of work first');
  const { sequelize } = tx as Transaction & { readonly sequelize?: Sequelize };
  if (sequelize !== db) throw new Error('query of another database inside this unit of work');
  return tx;
}

/** Rows of one SQL statement in the open unit of work. Parameters are `$1`, `$2`, …; bigint columns arrive as strings. */
export async function rowsOf<T extends object>(
  db: Sequelize,
  sql: string,
  bind: readonly unknown[] = [],
): Promise<T[]> {
  const tx = assertIn(db, openUnit.getStore()?.tx);
  if ((tx as Transaction & { readonly finished?: string }).finished) throw new Error('query after its unit of work');
  return send(db, connectionOf(tx), sql, bind);
}

/** What `ilike` takes to find `text` anywhere, whatever is in it. */
export function containing(text: string): string {
  return `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;
}

/** The name of the constraint that a database error is about, however Sequelize wrapped it. */
export function violatedConstraint(error: unknown): string | undefined {
  const { original } = (error ?? {}) as { original?: { constraint?: unknown } };
  return typeof original?.constraint === 'string' ? original.constraint : undefined;
}

/** Throws when called inside a unit of work: what talks to the outside must not hold a transaction open. */
export function assertOutsideUnitOfWork(what: string): void {
  if (openUnit.getStore()) throw new Error(`${what} inside an open unit of work`);
}
