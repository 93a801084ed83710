import Joi from 'joi';
import type { PublishedKey } from '../../../core/access-tokens.ts';
import { everyone } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';

const key = Joi.object<PublishedKey, true>({
  kid: Joi.string(),
  kty: Joi.string(),
  use: Joi.string(),
  alg: Joi.string(),
  n: Joi.string(),
  e: Joi.string(),
});

export const publishedKeys = endpoint({
  method: 'get',
  path: '/.well-known/jwks.json',
  summary: 'The public keys of our own access tokens (RFC 7517)',
  auth: everyone,
  may: 'public',
  input: {},
  replies: { 200: Joi.object<{ keys: PublishedKey[] }, true>({ keys: Joi.array().items(key) }) },
  errors: [],
  handle: async ({ app }) => ({
    status: 200,
    body: { keys: [...app.accessTokens.published] },
    headers: { 'cache-control': 'public, max-age=300' },
  }),
});
