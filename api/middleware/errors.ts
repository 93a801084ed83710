import type { Context, Middleware } from 'koa';
import type { AppError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import { mapError, presentProblem } from '../problem.ts';
import { stateOf } from './state.ts';

/**
 * RFC 9457's type, with a parameter that nobody has to know: the described web client's server takes for JSON only what names
 * `application/json` somewhere in its type, and shows people the text of anything else.
 */
const PROBLEM_TYPE = 'application/problem+json; charset=utf-8; like="application/json"';

/** The one place where errors become replies. */
export function errorReplies(log: Logger): Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (thrown) {
      const { requestId, endpoint, actor, orgId = actor?.orgId } = stateOf(ctx);
      const { error, unexpected } = mapError(thrown);
      const facts = { requestId, route: endpoint?.path, errorCode: error.code, ...(orgId && { orgId }) };
      if (unexpected) log.error({ ...facts, err: thrown }, 'request failed');
      else if (error.status >= 500) log.warn({ ...facts, err: error.cause ?? error }, 'request refused');
      reply(ctx, error, requestId);
    }
  };
}

function reply(ctx: Context, error: AppError, requestId: string): void {
  const status = statusOf(ctx, error);
  ctx.status = status;
  if (status === 401) {
    const sent = error.code === 'NOT_AUTHENTICATED' ? '' : ', error="invalid_token"';
    ctx.set('www-authenticate', `Bearer realm="tenon"${sent}`);
  }
  if (error.retryAfterSeconds !== undefined) ctx.set('retry-after', String(Math.ceil(error.retryAfterSeconds)));
  ctx.set('cache-control', 'no-store');
  ctx.body = JSON.stringify(presentProblem(error, requestId, status));
  ctx.set('content-type', PROBLEM_TYPE);
}

function statusOf(ctx: Context, { code, status }: AppError): number {
  const dialect = stateOf(ctx).endpoint?.dialect;
  if (code === 'VALIDATION_ERROR') return dialect?.validationStatus ?? status;
  const malformed = code === 'NOT_AUTHENTICATED' && ctx.get('authorization') !== '';
  return malformed ? (dialect?.malformedAuthorizationStatus ?? status) : status;
}
