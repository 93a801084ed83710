import assert from 'node:assert/strict';
import { createLogger } from '../../core/logger.ts';
import { listenWaiter, type Waiter } from '../../core/wait.ts';
import { anonymous } from '../../domain/identity/actor.ts';
import { resetDatabase, type TestDatabase } from '../support/database.ts';

const LONG = { timeoutMs: 10_000 };

describe('a waiter', () => {
  let database: TestDatabase;
  let waiter: Waiter;
  before(async () => {
    database = await resetDatabase();
  });
  beforeEach(() => {
    waiter = listenWaiter(database.appUrl, createLogger('test', 'silent'));
  });
  afterEach(() => waiter.close());

  const notify = (topic: string) => database.uow.write(anonymous, async (uow) => uow.notify(topic));
  const listeners = () =>
    database.rows<{ pid: number }>(
      "select pid from pg_stat_activity where application_name = 'tenon-waiter' and datname = current_database() and state = 'idle'",
    );

  /** Looks at `value` and tells each look. */
  function watched<T>() {
    const state: { value: T | undefined; looks: number; looked: () => void } = {
      value: undefined,
      looks: 0,
      looked: () => undefined,
    };
    const look = async (): Promise<T | undefined> => {
      state.looks += 1;
      state.looked();
      return state.value;
    };
    const nextLook = (): Promise<void> => new Promise((done) => (state.looked = done));
    return { state, look, nextLook };
  }

  it('answers at once when there is something already', async () => {
    assert.equal(await waiter.until('t', () => Promise.resolve('here'), LONG), 'here');
  });

  it('looks again when its topic is notified, and not for other topics', async () => {
    const { state, look, nextLook } = watched<string>();
    const first = nextLook();
    const waiting = waiter.until('mine', look, LONG);
    await first;
    while ((await listeners()).length === 0) await new Promise(setImmediate);
    const looksBefore = state.looks;
    await notify('another');
    const again = nextLook();
    state.value = 'done';
    await notify('mine');
    await again;
    assert.equal(await waiting, 'done');
    assert.ok(state.looks <= looksBefore + 2, 'one for the connection, one for the notification');
  });

  it('gives what a look gives, or undefined, at the deadline', async () => {
    assert.equal(await waiter.until('t', () => Promise.resolve(undefined), { timeoutMs: 1 }), undefined);
  });

  it('stops when its signal aborts', async () => {
    const { look, nextLook } = watched<string>();
    const client = new AbortController();
    const first = nextLook();
    const waiting = waiter.until('t', look, { ...LONG, signal: client.signal });
    await first;
    client.abort();
    assert.equal(await waiting, undefined);
  });

  it('fails when a look fails, and forgets about it', async () => {
    const broken = (): Promise<undefined> => Promise.reject(new Error('cannot look'));
    await assert.rejects(waiter.until('t', broken, LONG), /cannot look/);
  });

  it('serves many on one connection, however the commits race with the waits', async () => {
    const done = new Set<string>();
    const results = await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const topic = `t${index}`;
        const look = async (): Promise<string | undefined> => (done.has(topic) ? topic : undefined);
        const [found] = await Promise.all([
          waiter.until(topic, look, LONG),
          (async () => {
            done.add(topic);
            await notify(topic);
          })(),
        ]);
        return found;
      }),
    );
    assert.deepEqual(
      results,
      results.map((_, index) => `t${index}`),
    );
    assert.ok((await listeners()).length <= 1);
  });

  it('connects again when its connection breaks, and looks at what happened meanwhile', async () => {
    const { state, look, nextLook } = watched<string>();
    const waiting = waiter.until('t', look, LONG);
    let found = await listeners();
    while (found.length === 0) found = await listeners();
    const next = nextLook();
    state.value = 'while deaf'; // and nobody will notify it
    await database.rows('select pg_terminate_backend($1)', [found[0]?.pid]);
    await next;
    assert.equal(await waiting, 'while deaf');
  });

  it('lets go of those who wait when it is closed', async () => {
    const { look, nextLook } = watched<string>();
    const client = new AbortController();
    const first = nextLook();
    const waiting = waiter.until('t', look, { ...LONG, signal: client.signal });
    await first;
    client.abort();
    await waiter.close();
    assert.equal(await waiting, undefined);
  });
});
