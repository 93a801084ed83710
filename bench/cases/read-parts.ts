import jwt from 'jsonwebtoken';
import type { Context } from 'koa';
import { Pool, type PoolClient } from 'pg';
import type { Bench } from '../harness/case.ts';
import { interleave, type Side } from '../harness/measure.ts';
import { statementsOf, isTransactional } from '../../test/support/sql-spy.ts';
import { summarise } from '../harness/stats.ts';
import { publicUrl } from '../servers/api.ts';
import { systemActor } from '../../domain/identity/actor.ts';
import { loadAccount } from '../../services/identity/accounts.ts';
import { startTestApi } from '../../test/support/api.ts';
import { makeUser } from '../../test/support/factories-identity.ts';

const BLOCK = 50;
const BLOCKS = 40;

/** Of one operation, over a block of them. */
interface Cost {
  readonly ms: number;
  /** This process's own, without Postgres. */
  readonly cpuMs: number;
}

export const readParts: Bench = {
  name: 'read-parts',
  about: 'what stands between a read and bare Koa: token check, unit of work, Sequelize; in one process, without HTTP',
  async run(stage) {
    const api = await startTestApi({ environment: { TENON_PUBLIC_URL: publicUrl } });
    stage.cleanup(() => api.close());
    const { app, database } = api;
    const user = await makeUser();
    const token = api.ownToken(user);
    const unit = () => app.uow.read(systemActor(user.orgId, 'bench'), (uow) => loadAccount(uow, user.userId));
    const twice = () =>
      app.uow.read(systemActor(user.orgId, 'bench'), async (uow) => {
        await loadAccount(uow, user.userId);
        await loadAccount(uow, user.userId);
      });
    const sent = await statementsOf(unit);
    const pool = new Pool({ connectionString: database.appUrl, max: 1 });
    stage.cleanup(() => pool.end());
    const [begin, query, commit] = sent;
    if (!begin || !query || !commit || isTransactional(query))
      throw new Error('a unit of work is no longer three calls');
    const past = new Pool({ connectionString: database.adminUrl, max: 1 });
    stage.cleanup(() => past.end());
    const connections = connectionsOf(app.db);
    const ctx = { get: () => `Bearer ${token}`, state: {}, headers: {}, request: {} } as unknown as Context;
    const [key] = app.accessTokens.publicKeys.values();
    if (!key) throw new Error('no key of our own');
    const pem = key.export({ format: 'pem', type: 'spki' });
    const sides = [
      side('one query, pg', () => past.query(query.text, [...query.values])),
      side('the same in a transaction, pg', async () => {
        const client = await pool.connect();
        await client.query(begin.text);
        await client.query(query.text, [...query.values]);
        await client.query(commit.text);
        client.release();
      }),
      side('the same as a unit of work', unit),
      side('two of its query in one unit of work', twice),
      side('the same on Sequelize’s connection, by pg', async () => {
        const client = await connections.getConnection();
        try {
          await client.query(begin.text);
          await client.query(query.text, [...query.values]);
          await client.query(commit.text);
        } finally {
          await connections.releaseConnection(client);
        }
      }),
      side('check of a token', () => app.tokens.verify(ctx)),
      side('its signature, key as PEM', () => Promise.resolve(jwt.verify(token, pem, { algorithms: ['RS256'] }))),
      side('its signature, key parsed once', () => Promise.resolve(jwt.verify(token, key, { algorithms: ['RS256'] }))),
    ];
    const found = await interleave(sides, { rounds: BLOCKS, warmUp: 5, limitMs: 90_000 });
    const rows = sides.map(({ name }) => {
      const costs = found.get(name) ?? [];
      return { name, wall: summarise(costs.map(({ ms }) => ms)), cpu: summarise(costs.map(({ cpuMs }) => cpuMs)).p50 };
    });
    const cpuOf = (at: number): number => rows[at]?.cpu ?? Number.NaN;
    return {
      headline: [
        `a transaction costs ${(cpuOf(1) / cpuOf(0)).toFixed(2)} times the CPU of its query, a unit of work ${(cpuOf(2) / cpuOf(0)).toFixed(2)} times`,
        `a parsed key makes the check of a signature ${(cpuOf(6) / cpuOf(7)).toFixed(2)} times cheaper`,
      ],
      tables: [
        {
          columns: ['part', 'p50 ms', 'p99 ms', 'CPU ms'],
          rows: rows.map(({ name, wall, cpu }) => [name, wall.p50, wall.p99, cpu]),
        },
      ],
      notes: [
        `Means of blocks of ${BLOCK}, sides in turn, ${BLOCKS} blocks each; the query loads an account with its roles.`,
      ],
    };
  },
};

/** Sequelize's pool: private, so not in the typings. */
interface Connections {
  getConnection(): Promise<PoolClient>;
  releaseConnection(client: PoolClient): Promise<void>;
}

function connectionsOf(db: object): Connections {
  return (db as { readonly connectionManager: Connections }).connectionManager;
}

function side(name: string, work: () => Promise<unknown>): Side<Cost> {
  return {
    name,
    async run() {
      const [start, cpu] = [performance.now(), process.cpuUsage()];
      for (let at = 0; at < BLOCK; at += 1) await work();
      const { user, system } = process.cpuUsage(cpu);
      return { ms: (performance.now() - start) / BLOCK, cpuMs: (user + system) / 1_000 / BLOCK };
    },
  };
}
