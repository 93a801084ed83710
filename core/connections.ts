import type { Writable } from 'node:stream';
import type { ClientBase } from 'pg';
import { Transaction, type Sequelize } from 'sequelize';

/** A connection of Sequelize's pool: pg's own, with what pg and Sequelize do not type. */
export interface Connection extends ClientBase {
  /** False while the answer to some statement is under way. */
  readonly readyForQuery: boolean;
  readonly connection: { readonly stream: Writable };
  /** The transaction that Sequelize believes it to be in. */
  uuid?: string | undefined;
}

/** Sequelize's pool and its errors: private, so sequelize is pinned. */
interface Inside {
  readonly connectionManager: {
    getConnection(options: { readonly uuid?: string }): Promise<Connection>;
    releaseConnection(connection: Connection): void;
    destroyConnection(connection: Connection): Promise<void>;
  };
  readonly dialect: {
    readonly Query: new (
      connection: Connection,
      db: Sequelize,
      options: object,
    ) => { formatError(error: unknown): unknown };
  };
}

const inside = (db: Sequelize): Inside => db as unknown as Inside;

/** A transaction as Sequelize's queries want it, on a connection of its own; nothing is sent. */
export async function takeConnection(db: Sequelize): Promise<{ tx: Transaction; connection: Connection }> {
  const tx = new Transaction(db, {});
  const { id } = tx as unknown as { readonly id: string };
  const connection = await inside(db).connectionManager.getConnection({ uuid: id });
  connection.uuid = id;
  Object.assign(tx, { connection });
  return { tx, connection };
}

/** Queries of this transaction throw from now on; its connection goes back, or to its end when it is no longer good. */
export async function giveConnection(db: Sequelize, tx: Transaction, isGood: boolean): Promise<void> {
  const connection = connectionOf(tx);
  Object.assign(tx, { finished: 'ended' });
  connection.uuid = undefined;
  const { connectionManager } = inside(db);
  if (isGood) connectionManager.releaseConnection(connection);
  else await connectionManager.destroyConnection(connection);
}

export function connectionOf(tx: Transaction): Connection {
  return (tx as unknown as { readonly connection: Connection }).connection;
}

/**
 * Sends one statement by pg itself, which costs half of what Sequelize's way to it does.
 * @throws as Sequelize does, so that callers meet one kind: `UniqueConstraintError` and the like, with `original`
 */
export async function send<T extends object>(
  db: Sequelize,
  connection: Connection,
  sql: string,
  bind: readonly unknown[] = [],
  silenceMs?: number,
): Promise<T[]> {
  try {
    const query = { text: sql, ...(silenceMs !== undefined && { query_timeout: silenceMs }) };
    return (await connection.query<T>(query, bind.length > 0 ? [...bind] : undefined)).rows;
  } catch (error) {
    const { Query } = inside(db).dialect;
    throw new Query(connection, db, {}).formatError(error);
  }
}

/** Statements sent until the current work pauses leave in one packet. */
export function together(connection: Connection): void {
  const { stream } = connection.connection;
  stream.cork();
  process.nextTick(() => stream.uncork());
}
