import assert from 'node:assert/strict';
import { counterStore, type CounterStore } from '../../core/counter-store.ts';
import { AppError } from '../../core/errors.ts';
import { lockout, type Lockout } from '../../core/lockout.ts';
import { createLogger } from '../../core/logger.ts';
import { resetDatabase, type TestDatabase } from '../support/database.ts';

const EMAIL = 'ada@example.com';
const log = createLogger('test', 'silent');

describe('the lockout', () => {
  let database: TestDatabase;
  let store: CounterStore;
  let door: Lockout;
  before(async () => {
    database = await resetDatabase();
    store = counterStore(database.appUrl, log);
    door = lockout(store);
  });
  beforeEach(async () => {
    await database.rows('truncate sign_in_failures');
  });
  after(() => store.close());

  /** As a sign-in does: how the try ends. */
  async function tryPassword(right: boolean, email = EMAIL): Promise<'in' | 'wrong' | 'locked'> {
    try {
      return await door.attempt(email, async () => ({
        verdict: right ? 'right_for_all' : 'wrong',
        value: right ? 'in' : 'wrong',
      }));
    } catch (error) {
      assert.ok(error instanceof AppError && error.code === 'SIGN_IN_LOCKED');
      assert.ok((error.retryAfterSeconds ?? 0) > 0 && (error.retryAfterSeconds ?? 0) <= 900);
      return 'locked';
    }
  }
  const wrong = async (times: number): Promise<void> => {
    for (let n = 0; n < times; n += 1) assert.equal(await tryPassword(false), 'wrong');
  };
  const pass = (seconds: number) => database.rows('update sign_in_failures set expire = expire - $1', [seconds * 1000]);

  it('tells the fifth wrong password that it is wrong, and then lets nothing through, right or wrong', async () => {
    await wrong(5);
    assert.equal(await tryPassword(true), 'locked');
    assert.equal(await tryPassword(false), 'locked');
    assert.equal(await tryPassword(true, 'bob@example.com'), 'in');
  });

  it('holds on every replica', async () => {
    await wrong(4);
    const replica = lockout(store);
    await replica.attempt(EMAIL, async () => ({ verdict: 'wrong', value: undefined }));
    assert.equal(await tryPassword(true), 'locked');
    await replica.forget(EMAIL);
    assert.equal(await tryPassword(true), 'in');
  });

  it('opens fifteen minutes after the fifth failure, not after the first, however often it is tried meanwhile', async () => {
    await wrong(1);
    await pass(890);
    await wrong(4);
    await pass(60); // more than 900 seconds after the first
    assert.equal(await tryPassword(true), 'locked');
    await pass(800);
    assert.equal(await tryPassword(true), 'locked');
    await pass(40);
    assert.equal(await tryPassword(true), 'in');
  });

  it('starts again once it has opened', async () => {
    await wrong(5);
    await pass(900);
    await wrong(5);
    assert.equal(await tryPassword(true), 'locked');
  });

  it('forgets failures after a right password, and after fifteen minutes', async () => {
    await wrong(4);
    assert.equal(await tryPassword(true), 'in');
    await wrong(4);
    await pass(900);
    await wrong(5);
  });

  it('lets five through of those that come at once', async () => {
    const seen = await Promise.all(Array.from({ length: 30 }, () => tryPassword(false)));
    assert.equal(seen.filter((one) => one === 'wrong').length, 5);
    assert.equal(await tryPassword(true), 'locked');
  });

  it('does not count what was not looked at after all, nor what was right', async () => {
    await wrong(4);
    const busy = () => Promise.reject(new AppError('SIGN_IN_BUSY'));
    for (let n = 0; n < 3; n += 1) {
      await assert.rejects(door.attempt(EMAIL, busy), { code: 'SIGN_IN_BUSY' });
      await door.attempt(EMAIL, async () => ({ verdict: 'right', value: undefined }));
    }
    await wrong(1);
    assert.equal(await tryPassword(true), 'locked');
  });

  it('locks nobody out who sends the right password many times at once, and says so when it is too much', async () => {
    const seen = await Promise.all(Array.from({ length: 40 }, () => tryPassword(true)));
    assert.deepEqual([...new Set(seen)], ['in']);
    const many = await Promise.allSettled(
      Array.from({ length: 80 }, () =>
        door.attempt(EMAIL, async () => ({ verdict: 'right_for_all', value: undefined })),
      ),
    );
    const refused = many.filter((one) => one.status === 'rejected');
    assert.ok(refused.length > 0 && refused.every(({ reason }) => (reason as AppError).code === 'SIGN_IN_BUSY'));
    assert.equal(await tryPassword(true), 'in');
  });

  it('keeps no e-mail in plain text', async () => {
    await wrong(1);
    const rows = await database.rows<{ key: string }>('select key from sign_in_failures');
    assert.equal(rows.length, 1);
    assert.match(rows[0]?.key ?? '', /^email:[\w-]{43}$/);
  });

  it('lets nobody try while the database cannot be reached', async () => {
    const away = counterStore('postgres://tenon_app@127.0.0.1:1/none', log);
    try {
      await assert.rejects(
        lockout(away).attempt(EMAIL, async () => ({ verdict: 'right', value: undefined })),
        { code: 'DATABASE_UNAVAILABLE' },
      );
    } finally {
      await away.close();
    }
  });
});
