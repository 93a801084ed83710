import { ActivityFailure, ApplicationFailure, TimeoutFailure, isCancellation } from '@temporalio/workflow';

/** Why a workflow could not do its work, fit for a row: no stack, no details. */
export interface FailureFacts {
  readonly reason: string;
  readonly errorCode: string;
}

/** Unwraps what an activity threw. `CANCELLED` and `TIMED_OUT` are ours, the rest are the thrower's own codes. */
export function failureOf(error: unknown): FailureFacts {
  if (isCancellation(error)) return { reason: 'Cancelled by an operator', errorCode: 'CANCELLED' };
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof TimeoutFailure) return { reason: 'It took too long', errorCode: 'TIMED_OUT' };
  if (cause instanceof ApplicationFailure) {
    return { reason: cause.message, errorCode: cause.type ?? 'INTERNAL_ERROR' };
  }
  return { reason: error instanceof Error ? error.message : String(error), errorCode: 'INTERNAL_ERROR' };
}
