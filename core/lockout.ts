import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { hashedKey, type CounterStore } from './counter-store.ts';
import { AppError } from './errors.ts';

/** contracts/identity.md section 1: five failures, fifteen minutes, for e-mails that nobody has too. */
const MOST_FAILURES = 5;
const LOCK_SECONDS = 900;

/**
 * Closes an e-mail for 15 minutes after five wrong passwords within 15 minutes. A try is counted before its password is
 * looked at and forgotten when it was right: were only failures counted, afterwards, everything sent at once would be
 * looked at. So the fifth wrong password is still told that it is wrong, and whatever comes next that it is locked.
 *
 * E-mails are normalised ones (`normalEmail`) and kept as SHA-256. Each method throws {AppError} DATABASE_UNAVAILABLE.
 */
export interface Lockout {
  /** Call it before the password is looked at. @throws {AppError} SIGN_IN_LOCKED */
  attempt(email: string): Promise<void>;
  /**
   * Forgets all failures: the password opened every account of the e-mail, or was replaced over a mail. Never for less:
   * anybody can give an e-mail an account in an organisation of their own, and would open the lock of all others with it.
   */
  succeeded(email: string): Promise<void>;
  /** Takes this try back: its password was not looked at after all, or was right for some of the accounts. */
  notTried(email: string): Promise<void>;
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
  return {
    async attempt(email) {
      const { consumedPoints } = await failures.consume(hashedKey(email)).catch(refuse);
      if (consumedPoints === MOST_FAILURES) await failures.set(hashedKey(email), MOST_FAILURES, LOCK_SECONDS); // from the fifth on, not from the first
    },
    async succeeded(email) {
      await failures.delete(hashedKey(email));
    },
    async notTried(email) {
      await failures.reward(hashedKey(email));
    },
  };
}

function refuse(thrown: unknown): never {
  if (!(thrown instanceof RateLimiterRes)) throw thrown;
  throw new AppError('SIGN_IN_LOCKED', undefined, { retryAfterSeconds: Math.max(1, thrown.msBeforeNext / 1000) });
}
