import { setTimeout } from 'node:timers/promises';
import { AppError } from '../../core/errors.ts';

export interface TurnLimits {
  /** Between two turns. */
  readonly gapMs: number;
  readonly longestWaitMs: number;
}

/**
 * A queue whose length is known: who cannot have a turn in time takes none and hears at once when to come back. (A queue that
 * calls are taken into and given up in would spend its turns on those who have gone.)
 */
export function turns({ gapMs, longestWaitMs }: TurnLimits): (signal: AbortSignal) => Promise<void> {
  let nextAtMs = 0;
  /** @throws {AppError} GITHUB_CALL_NOT_SENT */
  return async (signal) => {
    const nowMs = performance.now();
    const waitMs = Math.max(0, nextAtMs - nowMs);
    if (waitMs > longestWaitMs) throw notSent(waitMs);
    nextAtMs = nowMs + waitMs + gapMs;
    if (waitMs > 0) await setTimeout(waitMs);
    if (signal.aborted) throw notSent(gapMs);
  };
}

function notSent(waitMs: number): AppError {
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1_000));
  return new AppError('GITHUB_CALL_NOT_SENT', undefined, { retryAfterSeconds });
}
