import Joi from 'joi';
import { everyone } from '../actors.ts';
import { endpoint } from '../endpoint.ts';

/** Says that this process answers; what it depends on has metrics of its own. */
export const health = endpoint({
  method: 'get',
  path: '/health',
  summary: 'Whether the API answers',
  auth: everyone,
  may: 'public',
  limit: 'none',
  input: {},
  replies: { 200: Joi.object<{ status: 'ok' }, true>({ status: Joi.string().valid('ok') }) },
  errors: [],
  handle: async () => ({ status: 200, body: { status: 'ok' as const } }),
});
