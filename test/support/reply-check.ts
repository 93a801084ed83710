import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { errorCodesOf } from '../../api/common-errors.ts';
import type { Endpoint } from '../../api/endpoint.ts';
import { openapiDocument } from '../../api/ops/openapi-document.ts';

/** What came over the wire. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly contentType: string;
  readonly body: unknown;
}

/** Throws when a reply is not what the OpenAPI document says about its route. */
export type ReplyCheck = (seen: Seen) => void;

const made = new WeakMap<readonly Endpoint[], ReplyCheck>();

/**
 * Checks every reply against the declared schema, and every refusal against the declared codes. Made once for each table:
 * the document and its schemas take longer than many a test file's requests.
 */
export function replyCheck(endpoints: readonly Endpoint[]): ReplyCheck {
  const check = made.get(endpoints) ?? makeCheck(endpoints);
  made.set(endpoints, check);
  return check;
}

function makeCheck(endpoints: readonly Endpoint[]): ReplyCheck {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
  addFormats.default(ajv);
  ajv.addVocabulary(['openapi', 'info', 'servers', 'paths', 'components', 'example']);
  ajv.addSchema(openapiDocument(endpoints), 'tenon');
  const compiled = new Map<string, ValidateFunction>();
  const validatorAt = (pointer: string): ValidateFunction => {
    const known = compiled.get(pointer) ?? ajv.compile({ $ref: `tenon#${pointer}` });
    compiled.set(pointer, known);
    return known;
  };
  return ({ method, path, status, contentType, body }) => {
    const found = matching(endpoints, method, path);
    const where = `${method.toUpperCase()} ${found?.path ?? path} → ${status}`;
    if (!found) {
      if (status !== 404 && status !== 405 && status !== 204) throw new Error(`${where}: no such endpoint`);
      if (status !== 204) demand(validatorAt('/components/schemas/Problem'), body, where);
      return;
    }
    if (status < 400) {
      const declared = found.replies[status];
      if (!declared) throw new Error(`${where} is not declared`);
      if (!('kind' in declared)) demand(validatorAt(pointerTo(found, status, 'application/json')), body, where);
      return;
    }
    const code = (body as { errorCode?: unknown } | undefined)?.errorCode;
    if (!contentType.startsWith('application/problem+json')) throw new Error(`${where} is no problem document`);
    if (!errorCodesOf(found).some((one) => one === code)) throw new Error(`${where}: ${String(code)} is not declared`);
    demand(validatorAt(pointerTo(found, status, 'application/problem+json')), body, where);
  };
}

function matching(endpoints: readonly Endpoint[], method: string, path: string): Endpoint | undefined {
  const [pathname = ''] = path.split('?');
  const wanted = method.toLowerCase() === 'head' ? 'get' : method.toLowerCase();
  const same = endpoints.filter((endpoint) => endpoint.method === wanted);
  const pattern = (template: string): RegExp => new RegExp(`^${template.replaceAll(/:\w+/g, '[^/]+')}/?$`);
  return same.find((one) => one.path === pathname) ?? same.find((one) => pattern(one.path).test(pathname));
}

function pointerTo({ method, path }: Endpoint, status: number, contentType: string): string {
  const parts = [
    'paths',
    path.replaceAll(/:(\w+)/g, '{$1}'),
    method,
    'responses',
    status,
    'content',
    contentType,
    'schema',
  ];
  const escaped = parts.map((part) => encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1')));
  return `/${escaped.join('/')}`;
}

function demand(validate: ValidateFunction, body: unknown, where: string): void {
  if (validate(body)) return;
  const errors = (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath || '/'} ${message}`);
  throw new Error(`${where} does not fit its schema: ${errors.join('; ')}\n${JSON.stringify(body)}`);
}
