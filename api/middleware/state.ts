import type { Context } from 'koa';
import type { Caller } from '../actors.ts';
import type { Endpoint } from '../endpoint.ts';

/** What the middlewares tell each other about one request. */
export interface RequestState {
  requestId: string;
  endpoint?: Endpoint;
  actor?: Caller;
  /** The organisation that the request was for, as soon as that is known. */
  orgId?: string;
}

/** The typed view of `ctx.state`. */
export function stateOf(ctx: Context): RequestState {
  return ctx.state;
}
