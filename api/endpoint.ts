import type Joi from 'joi';
import type { ErrorCode } from '../core/error-catalogue.ts';
import type { RateLimitClass } from '../core/rate-limit-classes.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { Auth, Caller } from './actors.ts';
import type { App } from './app.ts';

/** The request body as bytes, e.g. to check a signature over it; the content type is the handler's business. */
export interface RawBody {
  readonly kind: 'raw';
  readonly limitBytes: number;
}

/** A reply that is not JSON. `body` is text or bytes; the handler may refine the type by a `content-type` header. */
export interface TextReply {
  readonly kind: 'text';
  readonly contentType: string;
}

/**
 * A reply of any length, sent in the pieces that `body` gives, as fast as the client takes them. Ended early when the
 * client goes away; when `body` throws, the connection is cut, so that nobody takes a part for the whole.
 */
export interface StreamReply {
  readonly kind: 'stream';
  readonly contentType: string;
}

/** A reply without a body, e.g. 204. */
export interface EmptyReply {
  readonly kind: 'empty';
}

export const rawBody = (limitBytes: number): RawBody => ({ kind: 'raw', limitBytes });
export const text = (contentType: string): TextReply => ({ kind: 'text', contentType });
export const stream = (contentType: string): StreamReply => ({ kind: 'stream', contentType });
export const empty: EmptyReply = { kind: 'empty' };

/**
 * What a request is read from; each part is validated whole (all issues) and converted (`:taskId` may be a Joi number).
 * Unknown keys are dropped, unless an object schema says `.unknown(true)` (kept) or `.unknown(false)` (422).
 * `body` is JSON up to 1 MiB, an empty body counts as `{}`; `form` is urlencoded; at most one of body, form, raw.
 */
export interface Inputs {
  readonly params?: Joi.ObjectSchema<object>;
  readonly query?: Joi.ObjectSchema<object>;
  readonly headers?: Joi.ObjectSchema<object>;
  readonly body?: Joi.ObjectSchema<object>;
  readonly form?: Joi.ObjectSchema<object>;
  readonly raw?: RawBody;
}

/** JSON replies are Joi objects or arrays (`Joi.array<T[]>().items(…)`); keys are required unless `.optional()` is said. */
export type ReplySchema =
  Joi.ObjectSchema<object> | Joi.ArraySchema<readonly object[]> | TextReply | StreamReply | EmptyReply;
export type Replies = Readonly<Record<number, ReplySchema>>;

type Shape<S> = S extends RawBody
  ? Buffer
  : S extends TextReply
    ? string | Buffer
    : S extends StreamReply
      ? AsyncIterable<string>
      : S extends EmptyReply
        ? undefined
        : S extends Joi.ObjectSchema<infer T>
          ? T
          : S extends Joi.ArraySchema<infer T>
            ? T
            : never;

export type InputOf<I> = { readonly [K in keyof I]: Shape<I[K]> };

export type ReplyOf<R> = {
  [S in keyof R]: {
    readonly status: S;
    readonly body: Shape<R[S]>;
    readonly headers?: Readonly<Record<string, string>>;
  };
}[keyof R];

/** A header `Idempotency-Key` with the hash of what it was sent with (path parameters and body, key order ignored). */
export interface IdempotencyKey {
  /** Method and path template, e.g. `POST /api/simulations`. */
  readonly endpoint: string;
  readonly key: string;
  /** SHA-256, 32 bytes. */
  readonly bodyHash: Buffer;
}

/** Facts about the request itself; goes to `uow.write(actor, work, request)` as it is. */
export interface RequestInfo {
  readonly requestId: string;
  readonly address: string;
  /** Only on endpoints with `idempotent: true`, when the client sent one. */
  readonly idempotencyKey?: IdempotencyKey;
  /** Aborted when the client goes away before the reply is out: stop waiting, never stop working. */
  readonly signal: AbortSignal;
}

export interface Call<A extends Caller, I extends Inputs> {
  readonly app: App;
  readonly actor: A;
  readonly input: InputOf<I>;
  readonly request: RequestInfo;
}

/** Where the wire contract of a context differs from the rest of the API. */
export interface Dialect {
  /** Status of a request that does not pass its schemas; 422 if not given. */
  readonly validationStatus?: 400 | 422;
  /** Status of an `Authorization` header without a bearer token in it; 401 if not given. */
  readonly malformedAuthorizationStatus?: 401 | 403;
}

/** A pure rule from `domain/`: takes the actor (and what was loaded) and gives a verdict. */
export type Policy = (...facts: never[]) => Verdict;

/**
 * One route, told once: router, validation, OpenAPI document, metrics labels and the tests' client all come from it.
 *
 * `may` names the policy that decides. Most policies need facts that only the handler can load, so it is the handler (or
 * the service, under the row's lock) that asks it: `permit(mayReadTask(actor, task), { hidden: 'TASK_NOT_FOUND' })` from
 * `core/permit.ts`. `'public'` says that there is nothing to decide. A test proves that every endpoint names a policy,
 * that only open doors are `'public'`, and that each named policy is asked through `permit` by what the endpoint imports.
 *
 * `errors` lists the codes that this endpoint adds to the common ones (`common-errors.ts`: validation, sign-in, limits, 5xx); the
 * tests' client fails on any other.
 */
export interface Endpoint<A extends Caller = Caller, I extends Inputs = Inputs, R extends Replies = Replies> {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** `/api/tasks/:taskId/run`. Also the route's label in logs and metrics. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  readonly auth: Auth<A>;
  readonly may: 'public' | Policy;
  /**
   * What a request counts as: by the organisation and the actor, at an open door by the address. Left out: `read` for GET
   * and `write` for the rest, at an open door `open`, at the webhook's none. Anything but `'none'` brings RATE_LIMITED.
   */
  readonly limit?: RateLimitClass | 'none';
  readonly input: I;
  readonly replies: R;
  readonly errors: readonly ErrorCode[];
  /** Reads `Idempotency-Key`; the service keeps it in its unit of work. */
  readonly idempotent?: boolean;
  readonly dialect?: Dialect;
  /** Counts once more, in the same class, for a text of the valid input, wherever it comes from: the e-mail of a sign-in. */
  limitBy?(input: InputOf<I>): string;
  handle(call: Call<A, I>): Promise<ReplyOf<NoInfer<R>>>;
}

/** Declares an endpoint; the compiler checks what `handle` gets and returns against `input` and `replies`. */
export function endpoint<A extends Caller, I extends Inputs, R extends Replies>(
  spec: Endpoint<A, I, R>,
): Endpoint<A, I, R> {
  return spec;
}
