import assert from 'node:assert/strict';
import { DatabaseError, type Sequelize } from 'sequelize';
import { mapError } from '../../api/problem.ts';
import { connectDatabase, rowsOf } from '../../core/database.ts';
import { unitsOfWork, type UnitsOfWork } from '../../core/unit-of-work.ts';
import { anonymous } from '../../domain/identity/actor.ts';
import { resetDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { startFaultProxy, type FaultProxy } from './proxy.ts';
import { throughProxy } from './through.ts';

const INSERT = [/insert into rate_limits/i, /\bcommit\b/i];

describe('a unit of work on a bad connection', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let proxy: FaultProxy;
  let db: Sequelize;
  let units: UnitsOfWork;
  before(async () => {
    database = await resetDatabase();
  });
  beforeEach(async () => {
    proxy = await startFaultProxy({ port: Number(new URL(database.appUrl).port) });
    db = connectDatabase(throughProxy(database.appUrl, proxy), { poolSize: 2, applicationName: 'tenon-faulty' });
    units = unitsOfWork({ db, deliver: async () => [], onMarkError: () => undefined });
  });
  afterEach(async () => {
    proxy.set({});
    proxy.reset();
    await db.close();
    await proxy.close();
  });

  const put = (key: string) =>
    units.write(anonymous, () => rowsOf(db, 'insert into rate_limits (key, points) values ($1, 1)', [key]));
  const isThere = async (key: string): Promise<boolean> =>
    (await database.rows('select from rate_limits where key = $1', [key])).length === 1;

  /** What a client hears of it: that it may try again, and that it is no mistake of ours. */
  async function fails(work: Promise<unknown>): Promise<void> {
    const thrown: unknown = await work.then(
      () => assert.fail('it did not fail'),
      (error: unknown) => error,
    );
    const { error, unexpected } = mapError(thrown);
    assert.deepEqual([error.code, unexpected], ['DATABASE_UNAVAILABLE', false]);
  }

  it('tells what the system says of a lost connection from a mistake of ours', async () => {
    const failWith = (original: Error): Promise<unknown> =>
      units.read(anonymous, () => Promise.reject(new DatabaseError(Object.assign(original, { sql: '' }))));
    await fails(failWith(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })));
    await fails(failWith(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })));
    await fails(failWith(new Error('Connection terminated unexpectedly')));
    const mistake: unknown = await failWith(new TypeError('no such method')).catch((error: unknown) => error);
    assert.equal(mapError(mistake).unexpected, true);
  });

  it('that is reset in the middle of a statement fails, and the next one works', async () => {
    await put('before');
    const sleeping = units.read(anonymous, () => rowsOf(db, 'select pg_sleep(60)'));
    await eventually('the statement runs', async () => {
      const running = await database.rows(
        `select from pg_stat_activity where application_name = 'tenon-faulty' and query = 'select pg_sleep(60)'
           and state = 'active'`,
      );
      return running.length === 1;
    });
    proxy.reset();
    await fails(sleeping);
    await put('after');
    assert.ok(await isThere('after'));
  });

  it('whose COMMIT does not arrive has done nothing', async () => {
    await put('before lost');
    const lost = proxy.resetAt(INSERT, 'request');
    await fails(put('lost'));
    await lost;
    assert.equal(await isThere('lost'), false);
    await put('lost');
    assert.ok(await isThere('lost'));
  });

  it('whose COMMIT is not answered has happened, although it is said to have failed', async () => {
    await put('before unheard');
    const unheard = proxy.resetAt(INSERT, 'answer');
    await fails(put('unheard'));
    await unheard;
    assert.ok(await isThere('unheard'));
    await put('after unheard');
  });

  it('that has become half-open is given up, and the next one is on another connection', async () => {
    await put('before silence');
    proxy.set({ swallow: true });
    await fails(put('in silence'));
    proxy.set({});
    await put('after silence');
    assert.deepEqual([await isThere('in silence'), await isThere('after silence')], [false, true]);
  });

  it('to a server that takes connections and says nothing fails, and works once it speaks', async () => {
    proxy.set({ swallow: true });
    await fails(put('unspoken'));
    proxy.set({});
    await put('spoken');
  });

  it('that falls silent with a lock in its hands is ended by the server, and the lock is free', async () => {
    await put('contested');
    let fallSilent = (): void => undefined;
    const silent = new Promise<void>((resolve) => (fallSilent = resolve));
    const holding = units.write(anonymous, async () => {
      const [usual] = await rowsOf<{ ms: string }>(
        db,
        `select extract(epoch from current_setting('idle_in_transaction_session_timeout')::interval) * 1000 as ms`,
      );
      assert.ok(Number(usual?.ms) > 0 && Number(usual?.ms) <= 30_000, `it may be silent for ${usual?.ms} ms`);
      await rowsOf(db, `select set_config('idle_in_transaction_session_timeout', '200', true)`); // instead of waiting so long
      await rowsOf(db, `update rate_limits set points = 2 where key = 'contested'`);
      proxy.set({ swallow: true });
      await silent;
    });
    const held = fails(holding);
    await eventually('the lock is held', async () => {
      const holders = await database.rows(
        `select from pg_stat_activity where application_name = 'tenon-faulty' and state like 'idle in transaction%'
           and query ilike 'update rate_limits%'`,
      );
      return holders.length === 1;
    });
    await database.rows(`update rate_limits set points = 3 where key = 'contested'`); // waits for the lock
    fallSilent();
    proxy.reset();
    await held;
    const [row] = await database.rows<{ points: number }>(`select points from rate_limits where key = 'contested'`);
    assert.equal(row?.points, 3);
  });
});
