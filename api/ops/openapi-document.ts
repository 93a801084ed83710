import { STATUS_CODES } from 'node:http';
import { errorCatalogue, type ErrorCode } from '../../core/error-catalogue.ts';
import { errorCodesOf } from '../common-errors.ts';
import type { Endpoint, ReplySchema } from '../endpoint.ts';
import { limitOf } from '../limit-of.ts';
import { problemSchema } from '../problem.ts';
import { jsonSchemaOf } from './json-schema.ts';

const securitySchemes = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'An access token of ours or of the configured issuer, or an API key',
  },
  devUser: {
    type: 'apiKey',
    in: 'header',
    name: 'x-dev-user-email',
    description: 'Development only: from localhost, with DEV_AUTH_BYPASS=1 and ENVIRONMENT=local',
  },
  adminKey: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Admin-Key',
    description: 'TENON_ADMIN_API_KEY of the installation; without it these endpoints are 404',
  },
};

/** The whole API as OpenAPI 3.1, from the table alone: the same table gives the same document, byte for byte. */
export function openapiDocument(endpoints: readonly Endpoint[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const endpoint of endpoints) {
    const path = endpoint.path.replaceAll(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[endpoint.method] = operation(endpoint);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tenon',
      version: '0.1.0',
      description:
        'Hiring by simulations. Errors are `application/problem+json`; every reply carries `x-tenon-request-id`, the one that was sent or a new one. Where `x-rate-limit-class` names what a request counts as and limits are on, `RateLimit-Policy` and `RateLimit` say how much is left, and a 429 has `Retry-After`.',
    },
    servers: [{ url: '/' }],
    paths,
    components: { securitySchemes, schemas: { Problem: problemSchema } },
  };
}

function operation(endpoint: Endpoint): object {
  const { method, path, summary, description, auth, input, replies } = endpoint;
  const bodies = requestBody(endpoint);
  const limit = limitOf(endpoint);
  return {
    operationId: operationId(method, path),
    tags: [path.split('/').find((part) => part !== '' && part !== 'api' && !part.startsWith(':')) ?? 'root'],
    summary,
    ...(description !== undefined && { description }),
    ...(limit !== 'none' && { 'x-rate-limit-class': limit }),
    security: auth.schemes.map((scheme) => ({ [scheme]: [] })),
    parameters: [
      ...parameters(input.params, 'path', path),
      ...parameters(input.query, 'query'),
      ...parameters(input.headers, 'header'),
      ...(auth.schemes.includes('devUser') ? [header('X-Org-Id', 'Slug or id of the organisation to act in', 64)] : []),
      ...(endpoint.idempotent ? [header('Idempotency-Key', 'The same key and body give the same result', 255)] : []),
    ],
    ...(bodies && { requestBody: bodies }),
    responses: {
      ...Object.fromEntries(Object.entries(replies).map(([status, schema]) => [status, reply(Number(status), schema)])),
      ...problems(endpoint),
    },
  };
}

function operationId(method: string, path: string): string {
  const words = path
    .replace(/^\/api\//, '')
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean);
  return [method, ...words.map((word) => word.charAt(0).toUpperCase() + word.slice(1))].join('');
}

function header(name: string, description: string, maxLength: number): object {
  return { name, in: 'header', required: false, description, schema: { type: 'string', minLength: 1, maxLength } };
}

function parameters(schema: Endpoint['input']['params'], place: 'path' | 'query' | 'header', path = ''): object[] {
  const json = schema ? jsonSchemaOf(schema, 'input') : {};
  const required = new Set((json['required'] as readonly string[] | undefined) ?? []);
  const properties = (json['properties'] ?? {}) as Readonly<Record<string, { readonly description?: string }>>;
  const named = Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: place === 'path' || required.has(name),
    ...(description !== undefined && { description }),
    schema: rest,
  }));
  const missing = [...path.matchAll(/:(\w+)/g)].flatMap(([, name = '']) => (name in properties ? [] : [name]));
  return [
    ...named,
    ...missing.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string', minLength: 1 } })),
  ];
}

function requestBody({ input: { body, form, raw } }: Endpoint): object | undefined {
  if (raw) return { required: true, content: { '*/*': { schema: { type: 'string', format: 'binary' } } } };
  const schema = body ?? form;
  if (!schema) return undefined;
  const json = jsonSchemaOf(schema, 'input');
  const type = body ? 'application/json' : 'application/x-www-form-urlencoded';
  return { required: Array.isArray(json['required']), content: { [type]: { schema: json } } };
}

function reply(status: number, schema: ReplySchema): object {
  const description = STATUS_CODES[status] ?? String(status);
  if (!('kind' in schema)) {
    return { description, content: { 'application/json': { schema: jsonSchemaOf(schema, 'output') } } };
  }
  if (schema.kind === 'empty') return { description };
  const [type = schema.contentType] = schema.contentType.split(';');
  return { description, content: { [type]: { schema: { type: 'string' } } } };
}

/** Refusals by status, with the codes that this endpoint may give. */
function problems(endpoint: Endpoint): Record<string, object> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of errorCodesOf(endpoint)) {
    for (const status of statusesOf(endpoint, code)) byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries([...byStatus].map(([status, codes]) => [String(status), problem(codes)]));
}

function statusesOf({ dialect }: Endpoint, code: ErrorCode): number[] {
  const { status } = errorCatalogue[code];
  if (code === 'VALIDATION_ERROR') return [dialect?.validationStatus ?? status];
  if (code !== 'NOT_AUTHENTICATED' || dialect?.malformedAuthorizationStatus === undefined) return [status];
  return [status, dialect.malformedAuthorizationStatus];
}

function problem(codes: readonly ErrorCode[]): object {
  const schema = {
    allOf: [{ $ref: '#/components/schemas/Problem' }],
    type: 'object',
    properties: { errorCode: { enum: codes } },
  };
  return {
    description: codes.map((code) => `${code}: ${errorCatalogue[code].title}`).join('; '),
    content: { 'application/problem+json': { schema } },
  };
}
