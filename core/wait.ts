import { Client } from 'pg';
import { goodbye } from './goodbye.ts';
import type { Logger } from './logger.ts';

/** Waits for what another process commits, on one shared connection: a waiting request holds nothing of the pool. */
export interface Waiter {
  /**
   * Looks, sleeps until `topic` is notified, looks again, until `look` gives a value or the deadline has come.
   * @returns what `look` gave, or `undefined` at the deadline or when `signal` aborts
   */
  until<T>(topic: string, look: () => Promise<T | undefined>, options: WaitOptions): Promise<T | undefined>;
  close(): Promise<void>;
}

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** A look without a notification, in case one was lost on the way. */
const FALLBACK_LOOK_MS = 15_000;
const FIRST_RECONNECT_MS = 50;
const LAST_RECONNECT_MS = 2_000;

export interface WaiterTimes {
  /** How often the connection is asked whether it still hears, while somebody waits. */
  readonly beatMs: number;
  /** For an answer; who gives none is given up. */
  readonly answerMs: number;
}

/** Far below the two hours after which a kernel would notice; together they are how long a wait may be deaf. */
const usualTimes: WaiterTimes = { beatMs: 5_000, answerMs: 5_000 };

/** `url` must be a direct connection: LISTEN does not pass a transaction pooler. Connects at the first wait. */
export function listenWaiter(url: string, log: Logger, { beatMs, answerMs }: WaiterTimes = usualTimes): Waiter {
  const sleepers = new Map<string, Set<() => void>>();
  let listening: Promise<Client> | undefined;
  let closed = false;

  function wake(topic: string): void {
    for (const rouse of sleepers.get(topic) ?? []) rouse();
  }

  function wakeAll(): void {
    for (const topic of sleepers.keys()) wake(topic);
  }

  async function connect(): Promise<Client> {
    for (let delayMs = FIRST_RECONNECT_MS; ; delayMs = Math.min(delayMs * 2, LAST_RECONNECT_MS)) {
      // commit-ok: sends LISTEN and nothing else, on one connection that outlives every unit of work
      const client = new Client({
        connectionString: url,
        keepAlive: true,
        application_name: 'tenon-waiter',
        connectionTimeoutMillis: answerMs,
        query_timeout: answerMs,
      });
      client.on('notification', ({ payload }) => wake(payload ?? ''));
      client.on('error', () => undefined); // 'end' follows and reconnects
      try {
        await client.connect();
        await client.query('listen tenon');
        const stopAsking = keepAsking(client);
        client.on('end', () => {
          stopAsking();
          listening = undefined;
          if (!closed && sleepers.size > 0) ensureListening();
        });
        wakeAll(); // what was committed while nobody listened
        return client;
      } catch (error) {
        await client.end().catch(() => undefined);
        if (closed) throw error;
        log.warn({ err: error, delayMs }, 'cannot listen to the database; trying again');
        await new Promise((resolve) => setTimeout(resolve, delayMs).unref());
      }
    }
  }

  /** A connection can be gone without either side being told, as when a router forgets it. */
  function keepAsking(client: Client): () => void {
    let timer: NodeJS.Timeout | undefined;
    async function ask(): Promise<void> {
      try {
        if (sleepers.size > 0) await client.query('select 1');
        next();
      } catch (error) {
        log.warn({ err: error }, 'the connection that listens to the database is deaf');
        await client.end(); // the open question keeps it from waiting for a goodbye
      }
    }
    function next(): void {
      timer = setTimeout(() => void ask(), beatMs).unref();
    }
    next();
    return () => clearTimeout(timer);
  }

  function ensureListening(): void {
    if (listening || closed) return;
    listening = connect();
    listening.catch(() => (listening = undefined));
  }

  return {
    async until(topic, look, { timeoutMs, signal }) {
      const deadline = performance.now() + timeoutMs;
      let dirty = false;
      let rouse: (() => void) | undefined;
      const listener = (): void => {
        dirty = true;
        rouse?.();
      };
      const set = sleepers.get(topic) ?? new Set();
      sleepers.set(topic, set.add(listener)); // before the first look: nothing can fall between
      signal?.addEventListener('abort', listener, { once: true });
      ensureListening();
      try {
        for (;;) {
          dirty = false;
          const found = await look();
          const leftMs = deadline - performance.now();
          if (found !== undefined || leftMs <= 0 || signal?.aborted) return found;
          if (!dirty) await sleep(Math.min(leftMs, FALLBACK_LOOK_MS), (done) => (rouse = done));
        }
      } finally {
        signal?.removeEventListener('abort', listener);
        set.delete(listener);
        if (set.size === 0) sleepers.delete(topic);
      }
    },
    async close() {
      closed = true;
      wakeAll();
      if (listening) await goodbye([listening.then((client) => client.end())]);
    },
  };
}

function sleep(ms: number, expose: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    expose(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
