import type { Context } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory, type ApplicationFailureOptions } from '@temporalio/common';
import type { ActivityInterceptors } from '@temporalio/worker';
import { AppError } from '../core/errors.ts';

/** "Not yet" is an answer, not a failure: polling by retry must not fill the log. */
const NOT_YET = new Set([
  'RUN_NOT_FINISHED',
  'RUN_NOT_LISTED',
  'WORKSPACE_NOT_READY',
  'WORKSPACE_ACCESS_CHANGING',
  'WORKSPACE_RUN_UNDER_WAY',
  'CLEANUP_UNDER_WAY',
  'GITHUB_CALL_NOT_SENT',
]);

/**
 * Around every activity: maps what it throws, adds the organisation to the SDK's log lines (which name workflow, activity
 * and attempt), and beats for those whose options have a heartbeat timeout, so that a worker's death is noticed soon.
 */
export function activityInterceptors(context: Context): ActivityInterceptors {
  let orgId: string | undefined;
  return {
    inbound: {
      async execute(input, next) {
        orgId = orgOf(input.args);
        const beat = startBeating(context);
        try {
          return await next(input);
        } catch (error) {
          throw asFailure(error);
        } finally {
          clearInterval(beat);
        }
      },
    },
    outbound: { getLogAttributes: (input, next) => next({ ...input, orgId }) },
  };
}

/**
 * An `AppError` as Temporal should see it: code as type, message, no details. Final ones are not retried; programming
 * errors pass unchanged and are retried, because a mended worker can still do the work.
 */
export function asFailure(error: unknown): unknown {
  if (error instanceof AppError) {
    const { message, code, retryable, retryAfterSeconds } = error;
    return withoutStack({
      message,
      type: code,
      nonRetryable: !retryable,
      ...(retryAfterSeconds !== undefined && { nextRetryDelay: retryAfterSeconds * 1000 }),
      ...(NOT_YET.has(code) && { category: ApplicationFailureCategory.BENIGN }),
    });
  }
  if (error instanceof ApplicationFailure && error.type && NOT_YET.has(error.type)) {
    return withoutStack({
      message: error.message,
      type: error.type,
      nonRetryable: error.nonRetryable ?? false,
      ...(error.nextRetryDelay && { nextRetryDelay: error.nextRetryDelay }),
      category: ApplicationFailureCategory.BENIGN,
    });
  }
  return error;
}

/** An expected failure says all in its code and message; its stack would only swell the history. */
function withoutStack(options: ApplicationFailureOptions): ApplicationFailure {
  const failure = ApplicationFailure.create(options);
  failure.stack = '';
  return failure;
}

function startBeating(context: Context): NodeJS.Timeout | undefined {
  const { heartbeatTimeoutMs } = context.info;
  if (!heartbeatTimeoutMs) return undefined;
  return setInterval(() => context.heartbeat(), heartbeatTimeoutMs / 2);
}

/** Every activity's input is one object with the organisation in it. */
function orgOf([input]: unknown[]): string | undefined {
  if (typeof input !== 'object' || input === null || !('orgId' in input)) return undefined;
  return typeof input.orgId === 'string' ? input.orgId : undefined;
}
