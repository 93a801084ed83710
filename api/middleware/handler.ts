import { Readable } from 'node:stream';
import type { Context, Middleware } from 'koa';
import type { UnitsOfWork } from '../../core/unit-of-work.ts';
import type { Actor } from '../../domain/identity/actor.ts';
import type { App } from '../app.ts';
import type { Endpoint, ReplySchema, RequestInfo } from '../endpoint.ts';
import { readIdempotencyKey } from './idempotency-key.ts';
import type { RateLimitGuard } from './rate-limit.ts';
import { stateOf, type RequestState } from './state.ts';
import { readInput } from './validation.ts';

/** One endpoint as the end of the chain: authenticate, validate, handle, reply; counted on its way. */
export function handlerOf(app: App, endpoint: Endpoint, clients: ClientWatch, guard: RateLimitGuard): Middleware {
  return async (ctx) => {
    const state = stateOf(ctx);
    state.endpoint = endpoint;
    await guard.arrived(ctx, endpoint);
    const actor = await endpoint.auth
      .authenticate(app, ctx)
      .catch((thrown: unknown) => guard.refused(ctx, endpoint, thrown));
    state.actor = actor;
    await guard.entered(ctx, endpoint, actor);
    const input = await readInput(ctx, endpoint.input);
    await guard.validated(ctx, endpoint, input);
    const key = endpoint.idempotent ? readIdempotencyKey(ctx, endpoint, [input.params, input.body]) : undefined;
    const request: RequestInfo = {
      requestId: state.requestId,
      address: ctx.ip,
      signal: clients.watch(ctx),
      ...(key && { idempotencyKey: key }),
    };
    const reply = await endpoint.handle({ app: { ...app, uow: noting(app.uow, state) }, actor, input, request });
    send(ctx, reply, endpoint.replies[reply.status]);
  };
}

/** A candidate's token names no organisation: for the log it is the one that the handler opens its units of work in. */
function noting(units: UnitsOfWork, state: RequestState): UnitsOfWork {
  const note = ({ orgId }: Actor): void => {
    if (orgId !== null) state.orgId = orgId;
  };
  return {
    read(actor, work) {
      note(actor);
      return units.read(actor, work);
    },
    write(actor, work, request) {
      note(actor);
      return units.write(actor, work, request);
    },
  };
}

interface AnyReply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

function send(ctx: Context, { status, body, headers }: AnyReply, schema: ReplySchema | undefined): void {
  if (!schema) throw new Error(`undeclared reply ${status}`); // the compiler refuses this; a cast may not
  ctx.set('cache-control', 'no-store');
  if (!('kind' in schema)) {
    ctx.body = JSON.stringify(body);
    ctx.set('content-type', 'application/json; charset=utf-8');
  } else if (schema.kind === 'text') {
    ctx.body = body;
    ctx.set('content-type', schema.contentType);
  } else if (schema.kind === 'stream') {
    ctx.body = Readable.from(body as AsyncIterable<string>);
    ctx.set('content-type', schema.contentType);
  } else {
    ctx.body = null;
  }
  ctx.status = status;
  if (headers) ctx.set(headers);
}

/** Tells handlers when to stop waiting: the client has gone, or this process is asked to end. */
export interface ClientWatch {
  watch(ctx: Context): AbortSignal;
  /** Ends every wait: handlers then answer with what they have. */
  abortAll(): void;
}

export function clientWatch(): ClientWatch {
  const waiting = new Set<AbortController>();
  let ending = false;
  return {
    watch(ctx) {
      const controller = new AbortController();
      if (ending || ctx.res.destroyed) controller.abort();
      waiting.add(controller);
      ctx.res.once('close', () => {
        waiting.delete(controller);
        if (!ctx.res.writableFinished) controller.abort();
      });
      return controller.signal;
    },
    abortAll() {
      ending = true;
      for (const controller of waiting) controller.abort();
    },
  };
}
