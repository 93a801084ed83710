import assert from 'node:assert/strict';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import Joi from 'joi';
import { endpoints } from '../../../api/index.ts';
import { jsonSchemaOf } from '../../../api/ops/json-schema.ts';
import { openapiDocument } from '../../../api/ops/openapi-document.ts';
import { startTestApi, type TestApi } from '../../support/api.ts';

interface Media {
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

interface Operation {
  readonly operationId: string;
  readonly 'x-rate-limit-class'?: string;
  readonly security: readonly object[];
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: object }[];
  readonly requestBody?: Media;
  readonly responses: Readonly<Record<string, Media & { readonly description: string }>>;
}

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

describe('GET /openapi.json', () => {
  let api: TestApi;
  let document: Document;
  before(async () => {
    api = await startTestApi();
    const reply = await api.call<Document>('get', '/openapi.json');
    document = reply.body;
  });
  after(() => api.close());

  const operations = (): Operation[] => Object.values(document.paths).flatMap((path) => Object.values(path));

  it('is OpenAPI 3.1 with every endpoint of the table, each under an id of its own', () => {
    assert.match(document.openapi, /^3\.1\./);
    for (const { method, path } of endpoints) {
      assert.ok(document.paths[path.replaceAll(/:(\w+)/g, '{$1}')]?.[method], `${method} ${path}`);
    }
    const ids = operations().map(({ operationId }) => operationId);
    assert.equal(ids.length, endpoints.length);
    assert.deepEqual(ids, [...new Set(ids)]);
  });

  it('is the same each time it is made', () => {
    assert.deepEqual(document, JSON.parse(JSON.stringify(openapiDocument(endpoints))));
    assert.equal(JSON.stringify(openapiDocument(endpoints)), JSON.stringify(openapiDocument(endpoints)));
  });

  it('holds only schemas that compile strictly', () => {
    const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
    addFormats.default(ajv);
    ajv.addSchema(document.components.schemas['Problem'] ?? {}, 'problem');
    const compile = (schema: object): void => {
      ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('#/components/schemas/Problem', 'problem')) as object);
    };
    for (const { parameters, requestBody, responses } of operations()) {
      for (const { schema } of parameters) compile(schema);
      for (const media of [requestBody, ...Object.values(responses)]) {
        for (const { schema } of Object.values(media?.content ?? {})) compile(schema);
      }
    }
  });

  it('declares every parameter of a path, and what opens its door', () => {
    for (const { method, path, auth } of endpoints) {
      const name = path.replaceAll(/:(\w+)/g, '{$1}');
      const operation = document.paths[name]?.[method];
      const inPath = operation?.parameters.filter((one) => one.in === 'path').map((one) => one.name);
      assert.deepEqual(inPath?.toSorted(), [...path.matchAll(/:(\w+)/g)].map(([, one = '']) => one).toSorted(), name);
      assert.deepEqual(operation?.security.flatMap(Object.keys), auth.schemes, name);
    }
  });

  it('says what a request counts as, and 429 wherever it counts', () => {
    for (const operation of operations()) {
      const refused = operation.responses['429']?.description ?? '';
      assert.equal(refused.includes('RATE_LIMITED'), operation['x-rate-limit-class'] !== undefined);
    }
    const classOf = (method: string, path: string) => document.paths[path]?.[method]?.['x-rate-limit-class'];
    const named = [
      ['post', '/api/tasks/{taskId}/codespace/init', 'init'],
      ['get', '/api/tasks/{taskId}/codespace/status', 'poll'],
      ['post', '/api/tasks/{taskId}/run', 'run'],
      ['get', '/api/tasks/{taskId}/run/{runId}', 'poll'],
      ['post', '/api/tasks/{taskId}/submit', 'submit'],
      ['get', '/api/candidate/session/{id}/current_task', 'poll'],
      ['get', '/api/v1/org/audit-logs/export', 'export'],
      ['get', '/api/simulations', 'read'],
      ['post', '/api/simulations', 'write'],
      ['get', '/openapi.json', 'open'],
      ['get', '/health', undefined],
      ['get', '/metrics', undefined],
      ['post', '/api/github/webhooks', undefined],
    ] as const;
    for (const [method, path, name] of named) {
      assert.ok(document.paths[path]?.[method], path);
      assert.equal(classOf(method, path), name, `${method} ${path}`);
    }
  });

  it('lists the error codes of an endpoint by status', () => {
    const refused = document.paths['/api/auth/me']?.['get']?.responses['403'];
    assert.match(refused?.description ?? '', /RECRUITER_ACCESS_REQUIRED: Recruiter access required/);
    const schema = JSON.stringify(refused?.content?.['application/problem+json']?.schema);
    assert.match(schema, /"enum":\[[^\]]*"ACCOUNT_INACTIVE"/);
  });
});

describe('a Joi schema as JSON Schema', () => {
  const schema = Joi.object({
    id: Joi.number().integer(),
    note: Joi.string().allow(null),
    kind: Joi.string().valid('a', 'b').allow(null),
    maybe: Joi.string().optional(),
    list: Joi.array().items(Joi.object({ x: Joi.number(), y: Joi.number().optional() })),
    either: Joi.alternatives().try(Joi.object({ z: Joi.string() }), Joi.string()),
    free: Joi.object().unknown(true),
  });

  it('of a reply requires every key but the optional ones, at every depth, and allows no other', () => {
    const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
    const validate = ajv.compile(jsonSchemaOf(schema, 'output'));
    const good = { id: 1, note: null, kind: null, list: [{ x: 1 }], either: { z: 'z' }, free: { any: 1 } };
    assert.equal(validate(good), true, JSON.stringify(validate.errors));
    const { note: _note, ...without } = good;
    for (const bad of [without, { ...good, extra: 1 }, { ...good, list: [{ y: 1 }] }, { ...good, either: {} }]) {
      assert.equal(validate(bad), false, JSON.stringify(bad));
    }
    assert.equal(validate({ ...good, kind: 'c' }), false);
  });

  it('of a request allows unknown keys, unless the schema refuses them', () => {
    const open = jsonSchemaOf(Joi.object({ a: Joi.string().required() }), 'input');
    assert.deepEqual(open['required'], ['a']);
    assert.equal(open['additionalProperties'], undefined);
    const closed = jsonSchemaOf(Joi.object({ a: Joi.string() }).unknown(false), 'input');
    assert.equal(closed['additionalProperties'], false);
  });
});
