import { AsyncLocalStorage } from 'node:async_hooks';
import { QueryTypes, Sequelize, type Options, type Transaction } from 'sequelize';
import type { Actor } from '../domain/identity/actor.ts';

/** The unit of work that the current call chain runs in, if any. */
export const openUnit = new AsyncLocalStorage<{ readonly tx: Transaction; readonly actor: Actor }>();

// Models and raw queries find the open transaction here; without it every call would have to be handed `{ transaction }`.
Sequelize.useCLS({
  bind: (work: unknown) => work,
  run: (work: (context: object) => unknown) => work({}),
  set: () => undefined,
  get: () => openUnit.getStore()?.tx,
});

/** What Sequelize keeps of the options that a transaction was opened with. */
interface OpenedTransaction {
  readonly parent?: unknown;
  readonly options: { readonly orgId?: string | null; readonly readOnly?: boolean };
}

/** The part of Sequelize's query generator that PROVEN trick 1 replaces; private, so sequelize is pinned. */
interface TransactionQueries {
  startTransactionQuery(tx: OpenedTransaction): string;
  commitTransactionQuery(tx: OpenedTransaction): string;
}

/** A statement that takes longer waits for a lock that nobody lets go of; whoever asked has gone by then. */
const STATEMENT_MS = 30_000;

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
    logging: false,
    keepDefaultTimezone: true, // spares a SET on each new connection; not in the typings
    minifyAliases: true,
    pool: { max: poolSize, min: 0, idle: 10_000, acquire: 10_000 },
    dialectOptions: { clientMinMessages: 'ignore', application_name: applicationName, keepAlive: true },
    define: { underscored: true },
  };
  const db = new Sequelize(url, options);
  const queries = db.getQueryInterface().queryGenerator as TransactionQueries;
  queries.startTransactionQuery = (tx) => {
    if (tx.parent) throw new Error('no savepoints: use insert … on conflict');
    if (openUnit.getStore()) throw new Error('no transaction inside a unit of work: it is one');
    const tenant = db.escape(tx.options.orgId ?? '');
    const begin = `START TRANSACTION${tx.options.readOnly ? ' READ ONLY' : ''}`;
    return `${begin};SELECT set_config('app.org_id',${tenant},true),set_config('statement_timeout','${STATEMENT_MS}',true);`;
  };
  // Postgres answers COMMIT with a quiet ROLLBACK when a statement has failed. pg hands out an error before it hears the
  // transaction's new status, so only the server can tell for sure: what comes before COMMIT here fails then.
  queries.commitTransactionQuery = () => 'SELECT 1;COMMIT;';
  db.addHook('beforeQuery', (options: { transaction?: Transaction & { sequelize?: Sequelize } }) => {
    if (!options.transaction) throw new Error('stray query: open a unit of work first');
    if (options.transaction.sequelize !== db) throw new Error('query of another database inside this unit of work');
  });
  return db;
}

/** Rows of one SQL statement in the open unit of work. Parameters are `$1`, `$2`, …; bigint columns arrive as strings. */
export function rowsOf<T extends object>(db: Sequelize, sql: string, bind: readonly unknown[] = []): Promise<T[]> {
  return db.query<T>(sql, { bind: [...bind], type: QueryTypes.SELECT });
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
