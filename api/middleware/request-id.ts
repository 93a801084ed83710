import { randomUUID } from 'node:crypto';
import type { Middleware } from 'koa';
import { stateOf } from './state.ts';

const SANE = /^[\x21-\x7e]{1,128}$/;

/** Takes the caller's request id where it is sane, else makes one; sends it back under both names. */
export const requestId: Middleware = async (ctx, next) => {
  const given = ctx.get('x-tenon-request-id') || ctx.get('x-request-id');
  const id = SANE.test(given) ? given : randomUUID();
  stateOf(ctx).requestId = id;
  ctx.set({ 'x-tenon-request-id': id, 'x-request-id': id });
  await next();
};
