import fs from 'node:fs';
import { createRequire } from 'node:module';

type Json = Readonly<Record<string, unknown>>;

interface Description {
  readonly 'x-webhooks': Readonly<Record<string, { readonly post: Json }>>;
  readonly components: { readonly schemas: Readonly<Record<string, Json>> };
}

/** A webhook that GitHub documents. */
export interface DocumentedWebhook {
  /** As in the description, e.g. `workflow-run-completed`. */
  readonly name: string;
  /** As in `X-GitHub-Event`. */
  readonly event: string;
  /** A payload of its documented shape, small. */
  readonly payload: Json;
}

const require = createRequire(import.meta.url);

/** Every event with every action of GitHub's published description, with a payload made after its schema. */
export function documentedWebhooks(): DocumentedWebhook[] {
  const file = require.resolve('@octokit/openapi/generated/api.github.com.json');
  const description = JSON.parse(fs.readFileSync(file, 'utf8')) as Description;
  const { schemas } = description.components;
  return Object.entries(description['x-webhooks']).map(([name, { post }]) => {
    const body = post['requestBody'] as { content: Readonly<Record<string, { schema: Json }>> };
    const schema = Object.values(body.content)[0]?.schema ?? {};
    const { subcategory } = post['x-github'] as { subcategory: string };
    return { name, event: subcategory.replaceAll('-', '_'), payload: exampleOf(schema, schemas, 0) as Json };
  });
}

/** Beyond it lists are empty and objects hold only what they must. */
const DEEP = 3;
const DEEPEST = 8;

function exampleOf(schema: Json, schemas: Description['components']['schemas'], depth: number): unknown {
  const ref = schema['$ref'];
  if (typeof ref === 'string') return exampleOf(schemas[ref.split('/').at(-1) ?? ''] ?? {}, schemas, depth);
  const [first] = (schema['enum'] ?? []) as unknown[];
  if (first !== undefined) return first;
  const all = schema['allOf'] as Json[] | undefined;
  if (all) return Object.assign({}, ...all.map((part) => exampleOf(part, schemas, depth))) as Json;
  const [choice] = (schema['oneOf'] ?? schema['anyOf'] ?? []) as Json[];
  if (choice && schema['properties'] === undefined) return exampleOf(choice, schemas, depth);
  if (depth > DEEPEST) return null;
  switch (schema['type']) {
    case 'string':
      return textOf(schema['format']);
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return false;
    case 'array':
      return depth < DEEP ? [exampleOf((schema['items'] ?? {}) as Json, schemas, depth + 1)] : [];
    default:
      return objectOf(schema, schemas, depth);
  }
}

function objectOf(schema: Json, schemas: Description['components']['schemas'], depth: number): Json {
  const properties = Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, Json>>);
  const required = new Set((schema['required'] ?? []) as string[]);
  const shown = properties.filter(([name]) => depth < DEEP || required.has(name));
  return Object.fromEntries(shown.map(([name, inner]) => [name, exampleOf(inner, schemas, depth + 1)]));
}

function textOf(format: unknown): string {
  if (format === 'date-time') return '2026-01-01T00:00:00Z';
  return format === 'uri' ? 'https://api.github.com/x' : 'text';
}
