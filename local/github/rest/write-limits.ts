import type { Account } from '../state.ts';
import { GithubError } from './errors.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** GitHub's secondary limits on content-generating requests, as its documentation states them: 80 a minute, 500 an hour. */
export interface WriteLimitSetting {
  perMinute: number;
  perHour: number;
  /** How many times shorter minute and hour are. */
  compress: number;
}

export const documentedLimits: WriteLimitSetting = { perMinute: 80, perHour: 500, compress: 1 };

/** Refuses writes beyond its limits; without a setting it refuses none. */
export interface WriteLimits {
  set(setting: WriteLimitSetting | null): void;
  /** Counts a write that has come. @throws {SecondaryLimit} */
  take(account: Account): void;
}

/** Its answer carries `retry-after`. */
export class SecondaryLimit extends GithubError {
  readonly retryAfterSeconds: number;
  constructor(retryAfterMs: number) {
    super(403, 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.');
    this.retryAfterSeconds = Math.max(1, Math.ceil(retryAfterMs / 1_000));
  }
}

export function createWriteLimits(): WriteLimits {
  let windows: { most: number; spanMs: number }[] = [];
  const taken = new Map<number, number[]>();

  return {
    set(setting) {
      taken.clear();
      windows = setting
        ? [
            { most: setting.perMinute, spanMs: MINUTE_MS / setting.compress },
            { most: setting.perHour, spanMs: HOUR_MS / setting.compress },
          ]
        : [];
    },
    take({ id }) {
      if (windows.length === 0) return;
      const now = performance.now();
      const longestMs = Math.max(...windows.map(({ spanMs }) => spanMs));
      const times = (taken.get(id) ?? []).filter((at) => at > now - longestMs);
      taken.set(id, times);
      for (const { most, spanMs } of windows) {
        const oldest = times[times.length - most];
        if (oldest !== undefined && oldest > now - spanMs) throw new SecondaryLimit(oldest + spanMs - now);
      }
      times.push(now);
    },
  };
}
