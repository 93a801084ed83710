import type { Account } from '../state.ts';

const callsPerHour = 15_000;
const hourMs = 60 * 60 * 1000;

export interface RateLimit {
  limit: number;
  remaining: number;
  used: number;
  /** Seconds since 1970. */
  reset: number;
}

/** Counts calls as GitHub does; the local server never refuses one because of it (faults do that). */
export interface RateLimits {
  count(account: Account | null): RateLimit;
  look(account: Account | null): RateLimit;
}

export function createRateLimits(): RateLimits {
  const windows = new Map<number, { endsAtMs: number; used: number }>();

  function read(account: Account | null, cost: number): RateLimit {
    const key = account?.id ?? 0;
    const known = windows.get(key);
    const window = known && known.endsAtMs > Date.now() ? known : { endsAtMs: Date.now() + hourMs, used: 0 };
    window.used += cost;
    windows.set(key, window);
    return {
      limit: callsPerHour,
      remaining: Math.max(1, callsPerHour - window.used),
      used: window.used,
      reset: Math.floor(window.endsAtMs / 1000),
    };
  }

  return { count: (account) => read(account, 1), look: (account) => read(account, 0) };
}

export function rateLimitHeaders({ limit, remaining, used, reset }: RateLimit): Record<string, string> {
  return {
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-used': String(used),
    'x-ratelimit-reset': String(reset),
    'x-ratelimit-resource': 'core',
  };
}
