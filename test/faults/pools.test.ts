import assert from 'node:assert/strict';
import { counterStore } from '../../core/counter-store.ts';
import { createLogger } from '../../core/logger.ts';
import { resetDatabase, type TestDatabase } from '../support/database.ts';
import { systemPool } from '../../worker/system-pool.ts';
import { startFaultProxy, type FaultProxy } from './proxy.ts';
import { throughProxy } from './through.ts';

const isFull = process.env['TENON_TEST_FULL'] === '1';

/** Connections beside those of units of work; each waits some seconds for an answer, hence not in the quick run. */
const describePools = (): unknown =>
  describe('a pool whose connections are half-open', function () {
    this.timeout(60_000);
    let database: TestDatabase;
    let proxy: FaultProxy;
    const log = createLogger('test', 'silent');
    before(async () => {
      database = await resetDatabase();
    });
    beforeEach(async () => {
      proxy = await startFaultProxy({ port: Number(new URL(database.appUrl).port) });
    });
    afterEach(() => proxy.close());

    async function losesOne(query: () => Promise<unknown>, thrown: RegExp | object): Promise<void> {
      await query();
      proxy.set({ swallow: true });
      await assert.rejects(query(), thrown);
      proxy.set({});
      await query();
    }

    it('gives them up and goes on with others: that of the counters', async () => {
      const store = counterStore(throughProxy(database.appUrl, proxy), log);
      await losesOne(() => store.query({ text: 'select 1', values: [] }), { code: 'DATABASE_UNAVAILABLE' });
      await store.close();
    });

    it('gives them up and goes on with others: that of relay, reconciler and sweeps', async () => {
      const pool = systemPool(throughProxy(database.systemUrl, proxy), log);
      await losesOne(() => pool.query('select 1'), /timeout/);
      await pool.end();
    });
  });

if (isFull) describePools();
