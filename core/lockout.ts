import pLimit, { type LimitFunction } from 'p-limit';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { hashedKey, type CounterStore } from './counter-store.ts';
import { AppError } from './errors.ts';

/** contracts/identity.md section 4.6: five failures, fifteen minutes, for e-mails that nobody has too. */
const MOST_FAILURES = 5;
const LOCK_SECONDS = 900;
/** One after the other they take a second; who comes later is better told than kept waiting. */
const MOST_WAITING = 50;

/** What a look at a password has shown. `right` leaves earlier failures, `right_for_all` forgets them. */
export type PasswordVerdict = 'wrong' | 'right' | 'right_for_all';

export interface LookedAt<T> {
  readonly verdict: PasswordVerdict;
  readonly value: T;
}

/**
 * Closes an e-mail for 15 minutes after five wrong passwords within 15 minutes. A try is counted before its password is
 * looked at and taken back when it was right or not looked at after all: were only failures counted, afterwards, everything
 * sent at once would be looked at. So the fifth wrong password is still told that it is wrong, and whatever comes next that
 * it is locked. Tries of one e-mail follow one another in a process, so that many right ones at once lock nobody out.
 *
 * E-mails are normalised ones (`normalEmail`) and kept as SHA-256. Each method throws {AppError} DATABASE_UNAVAILABLE.
 */
export interface Lockout {
  /** @throws {AppError} SIGN_IN_LOCKED, SIGN_IN_BUSY when too many tries of this e-mail wait, and what `look` throws */
  attempt<T>(email: string, look: () => Promise<LookedAt<T>>): Promise<T>;
  /** The password was replaced over a mail: all failures are forgotten. */
  forget(email: string): Promise<void>;
}

/** Always on, whatever is limited otherwise. */
export function lockout(store: CounterStore): Lockout {
  const failures = new RateLimiterPostgres({
    storeClient: store,
    storeType: 'pool',
    tableName: 'sign_in_failures',
    tableCreated: true,
    clearExpiredByTimeout: false, // the worker sweeps
    keyPrefix: 'email',
    points: MOST_FAILURES,
    duration: LOCK_SECONDS,
  }); // nothing is blocked in memory: another replica may have seen the right password
  const turns = new Map<string, { readonly next: LimitFunction; tries: number }>();

  async function count(key: string): Promise<void> {
    const { consumedPoints } = await failures.consume(key).catch(refuse);
    if (consumedPoints === MOST_FAILURES) await failures.set(key, MOST_FAILURES, LOCK_SECONDS); // from the fifth on, not from the first
  }

  async function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
    const turn = turns.get(key) ?? { next: pLimit(1), tries: 0 };
    if (turn.tries > MOST_WAITING) throw new AppError('SIGN_IN_BUSY', undefined, { retryAfterSeconds: 2 });
    turns.set(key, turn);
    turn.tries += 1;
    try {
      return await turn.next(work);
    } finally {
      turn.tries -= 1;
      if (turn.tries === 0) turns.delete(key);
    }
  }

  return {
    attempt(email, look) {
      const key = hashedKey(email);
      return inTurn(key, async () => {
        await count(key);
        const { verdict, value } = await look().catch(async (error: unknown) => {
          await failures.reward(key);
          throw error;
        });
        if (verdict === 'right') await failures.reward(key);
        if (verdict === 'right_for_all') await failures.delete(key);
        return value;
      });
    },
    async forget(email) {
      await failures.delete(hashedKey(email));
    },
  };
}

function refuse(thrown: unknown): never {
  if (!(thrown instanceof RateLimiterRes)) throw thrown;
  throw new AppError('SIGN_IN_LOCKED', undefined, { retryAfterSeconds: Math.max(1, thrown.msBeforeNext / 1000) });
}
