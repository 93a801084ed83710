import Joi from 'joi';
import { everyone } from '../actors.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { openapiDocument } from './openapi-document.ts';

export function openapi(table: () => readonly Endpoint[]): Endpoint {
  let document: object | undefined;
  return endpoint({
    method: 'get',
    path: '/openapi.json',
    summary: 'This API as an OpenAPI 3.1 document',
    auth: everyone,
    may: 'public',
    input: {},
    replies: { 200: Joi.object<object>().unknown(true) },
    errors: [],
    handle: async () => ({ status: 200 as const, body: (document ??= openapiDocument(table())) }),
  });
}
