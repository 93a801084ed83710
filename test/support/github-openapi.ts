import fs from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import type { ValidateFunction } from 'ajv';
import addFormatsModule from 'ajv-formats';

/** GitHub's published description of its REST API and webhooks, for checking replies and payloads against it. */
export interface GithubDescription {
  /** What is wrong with a reply of `METHOD /template`; empty when it fits. A status that is not described is wrong. */
  replyProblems(route: string, status: number, body: unknown): string[];
  /** The same against `basic-error` or, with `errors`, `validation-error`: for statuses that GitHub sends undescribed. */
  errorProblems(body: unknown): string[];
  /** `name` is the description's, for example `workflow-run-completed`. */
  webhookProblems(name: string, payload: unknown): string[];
  describes(route: string): boolean;
}

const require = createRequire(import.meta.url);

type Json = Record<string, unknown>;

interface Description {
  paths: Record<string, Record<string, { responses: Record<string, Json> }>>;
  'x-webhooks': Record<string, { post: { requestBody: { content: { 'application/json': { schema: Json } } } } }>;
  components: { schemas: Record<string, Json>; responses: Record<string, Json> };
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * OpenAPI 3.0 → JSON Schema: `nullable` becomes `anyOf … null`, examples go. `oneOf` becomes `anyOf`, because the
 * description lists alternatives that overlap (two error shapes without a required field, for example).
 */
function toJsonSchema(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toJsonSchema);
  if (!isObject(value)) return value;
  const { nullable, example: _example, examples: _examples, ...rest } = value;
  const converted = Object.fromEntries(
    Object.entries(rest).map(([key, inner]) => [key === 'oneOf' ? 'anyOf' : key, toJsonSchema(inner)]),
  );
  return nullable === true ? { anyOf: [converted, { type: 'null' }] } : converted;
}

const schemaPrefix = '#/components/schemas/';

function referencesIn(value: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const inner of value) referencesIn(inner, found);
  if (!isObject(value)) return found;
  const ref = value['$ref'];
  if (typeof ref === 'string' && ref.startsWith(schemaPrefix)) found.add(ref.slice(schemaPrefix.length));
  for (const inner of Object.values(value)) referencesIn(inner, found);
  return found;
}

export function loadGithubDescription(): GithubDescription {
  const file = require.resolve('@octokit/openapi/generated/api.github.com.json');
  const description = JSON.parse(fs.readFileSync(file, 'utf8')) as Description;
  const ajv = new Ajv({ strict: false, logger: false, allErrors: true });
  addFormatsModule.default(ajv);
  const compiled = new Map<string, ValidateFunction>();

  /** Only the schemas that are needed: compiling the whole description takes minutes. */
  function compile(key: string, schema: Json): ValidateFunction {
    const known = compiled.get(key);
    if (known) return known;
    const needed = new Set<string>();
    const visit = (value: unknown): void => {
      for (const name of referencesIn(value)) {
        if (needed.has(name)) continue;
        needed.add(name);
        visit(description.components.schemas[name]);
      }
    };
    visit(schema);
    const schemas = Object.fromEntries([...needed].map((name) => [name, description.components.schemas[name]]));
    const validate = ajv.compile({ ...(toJsonSchema({ ...schema, components: { schemas } }) as Json) });
    compiled.set(key, validate);
    return validate;
  }

  function problems(key: string, schema: Json, body: unknown): string[] {
    const validate = compile(key, schema);
    if (validate(body)) return [];
    return (validate.errors ?? []).map(({ instancePath, message, params }) => {
      return `${instancePath || '/'} ${message ?? ''} ${JSON.stringify(params)}`;
    });
  }

  function responsesOf(route: string): Record<string, Json> | undefined {
    const [method = '', template = ''] = route.split(' ');
    return description.paths[template]?.[method.toLowerCase()]?.responses;
  }

  function schemaOf(response: Json): Json | null {
    const ref = response['$ref'];
    const name = typeof ref === 'string' ? (ref.split('/').at(-1) ?? '') : null;
    const content = (name === null ? response : description.components.responses[name])?.['content'];
    if (!isObject(content)) return null;
    const media = content['application/json'];
    return isObject(media) && isObject(media['schema']) ? media['schema'] : null;
  }

  function errorProblems(body: unknown): string[] {
    const name = isObject(body) && 'errors' in body ? 'validation-error' : 'basic-error';
    return problems(name, { $ref: schemaPrefix + name }, body);
  }

  return {
    describes: (route) => responsesOf(route) !== undefined,
    replyProblems(route, status, body) {
      const response = responsesOf(route)?.[String(status)];
      if (!response) return [`${route} has no reply ${status} in the description`];
      const schema = schemaOf(response);
      const isEmpty = body === undefined || body === null || body === '';
      if (!schema && status >= 400) return errorProblems(body); // described without a body, sent with one
      if (!schema) return isEmpty ? [] : [`${route} ${status} has no body in the description`];
      return problems(`${route} ${status}`, schema, body);
    },
    errorProblems,
    webhookProblems(name, payload) {
      const schema = description['x-webhooks'][name]?.post.requestBody.content['application/json'].schema;
      return schema ? problems(`webhook ${name}`, schema, payload) : [`no webhook ${name} in the description`];
    },
  };
}
