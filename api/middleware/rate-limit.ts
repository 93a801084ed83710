import type { Context } from 'koa';
import { hashedKey } from '../../core/counter-store.ts';
import { AppError } from '../../core/errors.ts';
import type { RateLimitClass } from '../../core/rate-limit-classes.ts';
import { rateLimited, type RateLimitState } from '../../core/rate-limits.ts';
import { anonymous } from '../../domain/identity/actor.ts';
import type { Caller } from '../actors.ts';
import type { App } from '../app.ts';
import type { Endpoint, Inputs, InputOf } from '../endpoint.ts';
import { isOpen, limitOf } from '../limit-of.ts';
import { callerSubject, refusedSubject, textSubject } from './rate-limit-subjects.ts';
import { stateOf } from './state.ts';

/** API keys that are remembered as good. */
const MOST_KNOWN = 10_000;

/**
 * Counts a request at each step of its way, and says in its headers how much is left. Each step throws RATE_LIMITED when it
 * was one too many, and DATABASE_UNAVAILABLE when it cannot be counted.
 */
export interface RateLimitGuard {
  /** It has arrived: counts its address at an open door; at another one, stops it where nothing good comes from. */
  arrived(ctx: Context, endpoint: Endpoint): Promise<void>;
  /** The door stayed shut: counts the address, apart from open doors, and throws `thrown` on. */
  refused(ctx: Context, endpoint: Endpoint, thrown: unknown): Promise<never>;
  /** Somebody is in: counts organisation and actor. */
  entered(ctx: Context, endpoint: Endpoint, caller: Caller): Promise<void>;
  /** Its input is valid: counts what `limitBy` gives. */
  validated(ctx: Context, endpoint: Endpoint, input: InputOf<Inputs>): Promise<void>;
}

export function rateLimitGuard(app: App): RateLimitGuard {
  const { limits, tokens } = app;
  const knownKeys = new Set<string>();

  async function count(ctx: Context, name: RateLimitClass | 'none', subject: string): Promise<void> {
    if (name !== 'none') tell(ctx, await limits.count(name, subject));
  }

  /** Neighbours of somebody who sends bad tokens come in all the same, as long as telling them apart asks no database. */
  async function isLikelyGood(ctx: Context): Promise<boolean> {
    if (knownKeys.has(markOf(ctx))) return true;
    return tokens.verify(ctx).then(
      () => true,
      () => false,
    );
  }

  return {
    async arrived(ctx, endpoint) {
      const name = limitOf(endpoint);
      if (isOpen(endpoint.auth)) return count(ctx, name, callerSubject(anonymous, ctx.ip));
      const spent = name === 'none' ? undefined : limits.exhausted('sign_in', refusedSubject(ctx.ip));
      if (spent && !(await isLikelyGood(ctx))) tell(ctx, spent);
    },
    async refused(ctx, endpoint, thrown) {
      const isCounted = limitOf(endpoint) !== 'none' && !isOpen(endpoint.auth);
      if (isCounted && thrown instanceof AppError && thrown.status < 500) {
        await count(ctx, thrown.status === 401 ? 'sign_in' : 'open', refusedSubject(ctx.ip));
      }
      throw thrown;
    },
    async entered(ctx, endpoint, caller) {
      if (isOpen(endpoint.auth)) return;
      if (caller.kind === 'user' && caller.apiKeyId !== undefined) remember(knownKeys, markOf(ctx));
      await count(ctx, limitOf(endpoint), callerSubject(caller, ctx.ip));
    },
    async validated(ctx, endpoint, input) {
      if (endpoint.limitBy) await count(ctx, limitOf(endpoint), textSubject(endpoint.limitBy(input)));
    },
  };
}

/** draft-ietf-httpapi-ratelimit-headers: of all that a request was counted as, what is closest to its end. */
function tell(ctx: Context, state: RateLimitState | undefined): void {
  if (!state) return;
  const known = stateOf(ctx);
  if (state.isExceeded || !known.rateLimit || state.remaining < known.rateLimit.remaining) {
    known.rateLimit = state;
    const { name, limit, windowSeconds, remaining, resetSeconds } = state;
    ctx.set('ratelimit-policy', `"${name}";q=${limit};w=${windowSeconds}`);
    ctx.set('ratelimit', `"${name}";r=${remaining};t=${resetSeconds}`);
  }
  if (state.isExceeded) throw rateLimited(state);
}

function markOf(ctx: Context): string {
  return hashedKey(ctx.get('authorization'));
}

function remember(known: Set<string>, mark: string): void {
  known.add(mark);
  const [oldest] = known;
  if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest);
}
