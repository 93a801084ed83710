import type Joi from 'joi';

type Json = Record<string, unknown>;

/** The part of `schema.describe()` that is read here. */
interface Described {
  readonly type?: string;
  readonly flags?: { readonly presence?: string; readonly unknown?: boolean; readonly only?: boolean };
  readonly allow?: readonly unknown[];
  readonly keys?: Readonly<Record<string, Described>>;
  readonly items?: readonly Described[];
  readonly patterns?: readonly { readonly rule: Described }[];
  readonly matches?: readonly { readonly schema?: Described }[];
}

/**
 * A Joi schema as JSON Schema 2020-12, which is OpenAPI 3.1's dialect. Joi's own export loses three things, put back here:
 * - replies (`output`): every key is required unless `.optional()` is said;
 * - requests (`input`): unknown keys are ignored, not refused, unless `.unknown(false)` is said;
 * - `null` among the values of an enumeration.
 */
export function jsonSchemaOf(schema: Joi.Schema, direction: 'input' | 'output'): Json {
  const json = schema['~standard'].jsonSchema[direction]({ target: 'draft-2020-12' }) as Json;
  repair(json, schema.describe(), direction);
  return json;
}

function repair(json: Json, described: Described, direction: 'input' | 'output'): void {
  const values = json['enum'];
  if (described.flags?.only && described.allow?.includes(null) && Array.isArray(values) && !values.includes(null)) {
    json['enum'] = [...(values as unknown[]), null];
  }
  if (described.type === 'object') repairObject(json, described, direction);
  if (described.type === 'array' && described.items?.[0] && isJson(json['items'])) {
    repair(json['items'], described.items[0], direction);
  }
  const branches = json['anyOf'];
  described.matches?.forEach(({ schema }, index) => {
    const branch: unknown = Array.isArray(branches) ? branches[index] : undefined;
    if (schema && isJson(branch)) repair(branch, schema, direction);
  });
}

function repairObject(json: Json, { keys = {}, flags }: Described, direction: 'input' | 'output'): void {
  const properties = isJson(json['properties']) ? json['properties'] : {};
  for (const [key, inner] of Object.entries(keys)) {
    const property = properties[key];
    if (isJson(property)) repair(property, inner, direction);
  }
  if (direction === 'output') {
    const required = Object.keys(keys).filter((key) => keys[key]?.flags?.presence !== 'optional');
    if (required.length > 0) json['required'] = required;
    else delete json['required'];
  } else if (flags?.unknown !== false && Object.keys(keys).length > 0) {
    delete json['additionalProperties'];
  }
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
