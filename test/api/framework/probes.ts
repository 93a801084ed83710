import Joi from 'joi';
import { everyone } from '../../../api/actors.ts';
import { endpoint, rawBody, text, empty } from '../../../api/endpoint.ts';
import { AppError } from '../../../core/errors.ts';

/** What the probes are sent, told back. */
export interface Echo {
  readonly title: string;
  readonly count: number;
  readonly inner: { readonly tags: readonly string[] };
  readonly free: object;
}

interface EchoBody {
  readonly title: string;
  readonly count: number;
  readonly inner?: { readonly tags: readonly string[] };
  readonly free?: object;
}

const echoBody = Joi.object<EchoBody, true>({
  title: Joi.string().trim().min(1).max(20).required(),
  count: Joi.number().integer().min(1).default(1),
  inner: Joi.object({ tags: Joi.array().items(Joi.string().max(5)).required() }),
  free: Joi.object().unknown(true),
});

export const echo = endpoint({
  method: 'post',
  path: '/probe/echo/:id',
  summary: 'Tells back what it was sent',
  auth: everyone,
  may: 'public',
  input: {
    params: Joi.object<{ id: number }, true>({ id: Joi.number().integer().min(1).required() }),
    query: Joi.object<{ loud?: boolean }, true>({ loud: Joi.boolean() }),
    headers: Joi.object<{ 'x-probe'?: number }, true>({ 'x-probe': Joi.number().integer() }),
    body: echoBody,
  },
  replies: {
    201: Joi.object<{ id: number; loud: boolean; probe: number; body: Echo; key: string; hash: string }, true>({
      id: Joi.number().integer(),
      loud: Joi.boolean(),
      probe: Joi.number(),
      body: Joi.object({
        title: Joi.string(),
        count: Joi.number(),
        inner: Joi.object({ tags: Joi.array().items(Joi.string()) }),
        free: Joi.object().unknown(true),
      }),
      key: Joi.string().allow(''),
      hash: Joi.string().allow(''),
    }),
  },
  errors: [],
  idempotent: true,
  async handle({ input: { params, query, headers, body }, request: { idempotencyKey } }) {
    return {
      status: 201,
      headers: { location: `/probe/echo/${params.id}` },
      body: {
        id: params.id,
        loud: query.loud ?? false,
        probe: headers['x-probe'] ?? 0,
        body: { inner: { tags: [] }, free: {}, ...body },
        key: idempotencyKey?.key ?? '',
        hash: idempotencyKey?.bodyHash.toString('hex') ?? '',
      },
    };
  },
});

export const optionalBody = endpoint({
  method: 'put',
  path: '/probe/optional',
  summary: 'Every field of the body may be left out',
  auth: everyone,
  may: 'public',
  input: { body: Joi.object<{ title?: string }, true>({ title: Joi.string() }) },
  replies: { 204: empty },
  errors: [],
  handle: async () => ({ status: 204 as const, body: undefined }),
});

export const strictBody = endpoint({
  method: 'patch',
  path: '/probe/strict',
  summary: 'Refuses unknown fields',
  auth: everyone,
  may: 'public',
  input: { body: Joi.object<{ title?: string }, true>({ title: Joi.string() }).unknown(false) },
  replies: { 204: empty },
  errors: [],
  handle: async () => ({ status: 204 as const, body: undefined }),
});

export const form = endpoint({
  method: 'post',
  path: '/probe/form',
  summary: 'Reads a form',
  auth: everyone,
  may: 'public',
  input: { form: Joi.object<{ name: string }, true>({ name: Joi.string().required() }) },
  replies: { 200: text('text/plain; charset=utf-8') },
  errors: [],
  dialect: { validationStatus: 400 },
  handle: async ({ input }) => ({ status: 200, body: input.form.name }),
});

export const raw = endpoint({
  method: 'post',
  path: '/probe/raw',
  summary: 'Reads bytes',
  auth: everyone,
  may: 'public',
  input: { raw: rawBody(16) },
  replies: { 200: text('text/plain; charset=utf-8') },
  errors: [],
  handle: async ({ input }) => ({ status: 200, body: String(input.raw.length) }),
});

/** Fails in the way that a test chooses. */
export const failing = (error: () => unknown) =>
  endpoint({
    method: 'get',
    path: '/probe/fail/:how',
    summary: 'Fails',
    auth: everyone,
    may: 'public',
    input: {},
    replies: { 204: empty },
    errors: ['GITHUB_UNAVAILABLE', 'CONFLICT', 'ORG_REQUIRED', 'VALIDATION_ERROR'],
    async handle() {
      throw error();
    },
  });

export const githubDown = (): AppError => new AppError('GITHUB_UNAVAILABLE', undefined, { retryAfterSeconds: 2.2 });
