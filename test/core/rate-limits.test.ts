import assert from 'node:assert/strict';
import { counterStore, type CounterStore } from '../../core/counter-store.ts';
import { createLogger } from '../../core/logger.ts';
import { rateLimitClasses } from '../../core/rate-limit-classes.ts';
import { rateLimiter, type RateLimiter } from '../../core/rate-limits.ts';
import { resetDatabase, type TestDatabase } from '../support/database.ts';

describe('a rate limiter', () => {
  let database: TestDatabase;
  let store: CounterStore;
  let limits: RateLimiter;
  let queries = 0;
  const realNow = Date.now;
  before(async () => {
    database = await resetDatabase();
    store = counterStore(database.appUrl, createLogger('test', 'silent'));
    const counting: CounterStore = {
      ...store,
      query(statement) {
        queries += 1;
        return store.query(statement);
      },
    };
    limits = rateLimiter(counting, { ...rateLimitClasses, run: { points: 2, seconds: 60 } });
  });
  afterEach(() => {
    Date.now = realNow;
  });
  after(() => store.close());

  it('asks the database nothing about who has nothing left, until the window ends', async () => {
    assert.equal(limits.exhausted('run', 'them'), undefined);
    assert.equal((await limits.count('run', 'them'))?.remaining, 1);
    assert.equal((await limits.count('run', 'them'))?.isExceeded, false);
    queries = 0;
    assert.equal((await limits.count('run', 'them'))?.isExceeded, true);
    assert.equal(limits.exhausted('run', 'them')?.isExceeded, true);
    assert.equal(queries, 0);
    const later = realNow() + 61_000;
    Date.now = () => later;
    assert.equal(limits.exhausted('run', 'them'), undefined);
    assert.deepEqual(await limits.count('run', 'them'), {
      name: 'run',
      limit: 2,
      windowSeconds: 60,
      remaining: 1,
      resetSeconds: 60,
      isExceeded: false,
    });
  });

  it('keeps classes and subjects apart', async () => {
    for (const [name, subject] of [
      ['run', 'one'],
      ['run', 'other'],
      ['init', 'one'],
    ] as const) {
      assert.equal((await limits.count(name, subject))?.remaining, name === 'run' ? 1 : 19);
    }
    const rows = await database.rows<{ key: string }>(
      `select key from rate_limits where key ~ 'one|other' order by key`,
    );
    assert.deepEqual(
      rows.map(({ key }) => key),
      ['init:one', 'run:one', 'run:other'],
    );
  });

  it('that is off counts nobody', async () => {
    const off = rateLimiter(store, undefined);
    assert.equal(await off.count('run', 'nobody'), undefined);
    assert.equal(off.exhausted('run', 'nobody'), undefined);
  });
});
