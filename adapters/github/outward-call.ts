import { assertOutsideUnitOfWork } from '../../core/database.ts';
import { AppError, messageOf } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import { githubError } from './errors.ts';

/**
 * Makes calls to GitHub: they refuse to run while a transaction is open, and let nothing out but errors of ours. `onRateLimited` is told
 * for how many seconds GitHub wants nothing more, before the caller hears of it.
 */
export function outwardCalls(log: Logger, onRateLimited?: (seconds: number) => Promise<void>) {
  return async <T>(call: string, work: () => Promise<T>): Promise<T> => {
    assertOutsideUnitOfWork(`GitHub ${call}`);
    try {
      return await work();
    } catch (error) {
      const mapped = githubError(error, call);
      if (mapped instanceof AppError) {
        log.warn({ code: mapped.code, reason: messageOf(mapped.cause ?? mapped) }, 'GitHub call failed');
        if (mapped.retryAfterSeconds !== undefined) await onRateLimited?.(mapped.retryAfterSeconds);
      }
      throw mapped;
    }
  };
}
