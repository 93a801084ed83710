import type { Middleware } from 'koa';
import type { Logger } from '../../core/logger.ts';
import type { Metrics } from '../../core/metrics.ts';
import type { Caller } from '../actors.ts';
import { stateOf } from './state.ts';

/** One line and one observation a request: the route's template, never its URL, query or headers. */
export function accessLog({ log, metrics }: { log: Logger; metrics: Metrics }): Middleware {
  return async (ctx, next) => {
    const startedAt = performance.now();
    try {
      await next();
    } finally {
      const ms = performance.now() - startedAt;
      const { requestId, endpoint, actor, orgId = actor?.orgId } = stateOf(ctx);
      const route = endpoint?.path ?? 'unmatched';
      const method = KNOWN_METHODS.has(ctx.method) ? ctx.method : 'other';
      metrics.httpSeconds.observe({ method, route, status: String(ctx.status) }, ms / 1000);
      const facts = { requestId, method, route, status: ctx.status, ms: Math.round(ms * 10) / 10 };
      const org = orgId && { orgId };
      log.info(
        { ...facts, ...org, ...(actor && who(actor)), ...(ctx.res.destroyed && { clientGone: true }) },
        'request',
      );
    }
  };
}

const KNOWN_METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

function who(actor: Caller): object {
  switch (actor.kind) {
    case 'user':
      return { actor: actor.kind, actorId: actor.userId };
    case 'candidateIdentity':
      return { actor: actor.kind, actorId: `${actor.identity.issuer}|${actor.identity.subject}` };
    case 'anonymous':
      return { actor: actor.kind };
  }
}
