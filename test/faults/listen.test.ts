import assert from 'node:assert/strict';
import { createLogger } from '../../core/logger.ts';
import { listenWaiter, type Waiter } from '../../core/wait.ts';
import { anonymous } from '../../domain/identity/actor.ts';
import { resetDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { startFaultProxy, type FaultProxy } from './proxy.ts';
import { throughProxy } from './through.ts';

/** Longer than any test here: what ends a wait must be something else. */
const LONG = { timeoutMs: 120_000 };
const QUICK = { beatMs: 100, answerMs: 300 };

describe('a waiter whose connection is bad', () => {
  let database: TestDatabase;
  let proxy: FaultProxy;
  let waiter: Waiter;
  before(async () => {
    database = await resetDatabase();
  });
  beforeEach(async () => {
    proxy = await startFaultProxy({ port: Number(new URL(database.appUrl).port) });
    waiter = listenWaiter(throughProxy(database.appUrl, proxy), createLogger('test', 'silent'), QUICK);
  });
  afterEach(async () => {
    await waiter.close();
    await proxy.close();
  });

  /** Waits for a value that comes without being notified. */
  function waitFor(value: () => string | undefined): {
    readonly found: Promise<string | undefined>;
    readonly stop: () => void;
  } {
    const client = new AbortController();
    const found = waiter.until('t', () => Promise.resolve(value()), { ...LONG, signal: client.signal });
    return { found, stop: () => client.abort() };
  }
  const notify = (): Promise<void> => database.uow.write(anonymous, async (uow) => uow.notify('t'));
  const isListening = (): Promise<unknown> =>
    eventually('somebody listens', async () => {
      const seen = await database.rows(
        `select from pg_stat_activity where application_name = 'tenon-waiter' and datname = current_database()
           and state = 'idle' and query ilike 'listen%'`,
      );
      return seen.length > 0;
    });

  it('notices that it hears nothing any more, and looks at what happened meanwhile', async () => {
    let value: string | undefined;
    const { found } = waitFor(() => value);
    await isListening();
    proxy.set({ swallow: true });
    value = 'while deaf';
    await notify();
    proxy.set({}); // what has lost something stays deaf
    assert.equal(await found, 'while deaf');
  });

  it('gives up a server that takes the connection and says nothing, and listens once it speaks', async () => {
    proxy.set({ swallow: true });
    let value: string | undefined;
    const { found } = waitFor(() => value);
    await eventually('it has connected twice', async () => proxy.open >= 2);
    proxy.set({});
    await isListening();
    value = 'heard';
    await notify();
    assert.equal(await found, 'heard');
  });

  it('ends although nobody hears that it does', async () => {
    const { found, stop } = waitFor(() => undefined);
    await isListening();
    proxy.set({ swallow: true });
    stop();
    await waiter.close();
    assert.equal(await found, undefined);
  });
});
