import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { CounterStore } from './counter-store.ts';
import { AppError } from './errors.ts';
import type { RateLimit, RateLimitClass, RateLimits } from './rate-limit-classes.ts';

/** How far somebody is in the current window of a class. */
export interface RateLimitState {
  readonly name: RateLimitClass;
  /** Requests that a window allows. */
  readonly limit: number;
  readonly windowSeconds: number;
  /** Requests that are left in this window. */
  readonly remaining: number;
  /** Until the window ends; at least 1. */
  readonly resetSeconds: number;
  /** True for each request after the last one that this window allows. */
  readonly isExceeded: boolean;
}

/** Counts requests where all replicas see it. A subject says who is counted; what is personal in it is hashed. */
export interface RateLimiter {
  /** Counts one request. @returns undefined when nothing is limited @throws {AppError} DATABASE_UNAVAILABLE */
  count(name: RateLimitClass, subject: string): Promise<RateLimitState | undefined>;
  /** What the next request would be told, if this process knows without asking that nothing is left; else undefined. */
  exhausted(name: RateLimitClass, subject: string): RateLimitState | undefined;
}

/** Its look into the process's memory is not in the typings, so rate-limiter-flexible is pinned. */
type Limiter = RateLimiterPostgres & { getInMemoryBlockMsBeforeExpire(key: string): number };

/** `limits` is undefined where nothing is limited. */
export function rateLimiter(store: CounterStore, limits: RateLimits | undefined): RateLimiter {
  if (!limits) return { count: () => Promise.resolve(undefined), exhausted: () => undefined };
  const limiters = Object.fromEntries(
    Object.entries(limits).map(([name, limit]) => [name, limiterOf(store, name, limit)]),
  ) as Record<RateLimitClass, Limiter>;
  return {
    async count(name, subject) {
      try {
        return stateOf(name, limits[name], await limiters[name].consume(subject), false);
      } catch (refused) {
        if (refused instanceof RateLimiterRes) return stateOf(name, limits[name], refused, true);
        throw refused;
      }
    },
    exhausted(name, subject) {
      const limiter = limiters[name];
      const leftMs = limiter.getInMemoryBlockMsBeforeExpire(limiter.getKey(subject));
      return leftMs > 0 ? stateOf(name, limits[name], new RateLimiterRes(0, leftMs), true) : undefined;
    },
  };
}

/** What somebody hears who has exceeded a limit. */
export function rateLimited({ resetSeconds }: RateLimitState): AppError {
  return new AppError('RATE_LIMITED', undefined, { retryAfterSeconds: resetSeconds });
}

function limiterOf(store: CounterStore, name: string, { points, seconds }: RateLimit): Limiter {
  return new RateLimiterPostgres({
    storeClient: store,
    storeType: 'pool',
    tableName: 'rate_limits',
    tableCreated: true,
    clearExpiredByTimeout: false, // the worker sweeps
    keyPrefix: name,
    points,
    duration: seconds,
    inMemoryBlockOnConsumed: points, // who has nothing left costs no query until the window ends
  }) as Limiter;
}

function stateOf(
  name: RateLimitClass,
  { points, seconds }: RateLimit,
  { remainingPoints, msBeforeNext }: RateLimiterRes,
  isExceeded: boolean,
): RateLimitState {
  const resetSeconds = Math.max(1, Math.ceil(msBeforeNext / 1000));
  return { name, limit: points, windowSeconds: seconds, remaining: remainingPoints, resetSeconds, isExceeded };
}
