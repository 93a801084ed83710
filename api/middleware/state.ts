import type { Context } from 'koa';
import type { Caller } from '../actors.ts';
import type { RequestFacts } from '../../core/audit.ts';
import type { RateLimitState } from '../../core/rate-limits.ts';
import type { Endpoint } from '../endpoint.ts';

/** What a door still has to see before it lets anybody in: a signature is over the body. */
export interface BodyCheck {
  /** Called for each piece as it arrives. */
  update(piece: Buffer): void;
  /** @throws {AppError} when the whole was not what it must be */
  assertGenuine(): void;
}

/** What the middlewares tell each other about one request. */
export interface RequestState {
  requestId: string;
  endpoint?: Endpoint;
  actor?: Caller;
  /** Set by a door that can only decide over the body. */
  bodyCheck?: BodyCheck;
  /** The organisation that the request was for, as soon as that is known. */
  orgId?: string;
  /** What its headers say is left. */
  rateLimit?: RateLimitState;
}

/** The typed view of `ctx.state`. */
export function stateOf(ctx: Context): RequestState {
  return ctx.state;
}

/** Where a request came from, for the audit trail. */
export function requestFactsOf(ctx: Context): Required<RequestFacts> {
  return { requestId: stateOf(ctx).requestId, address: ctx.ip };
}
