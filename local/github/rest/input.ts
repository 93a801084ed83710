import { notFound, validationFailed } from './errors.ts';

type Body = Record<string, unknown>;

function wrong(field: string): Error {
  return validationFailed({ resource: 'Request', code: 'invalid', field });
}

/** undefined when absent or null; 422 when it is something else than text. */
export function optionalText(body: Body, field: string): string | undefined {
  const value = body[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw wrong(field);
  return value;
}

export function requiredText(body: Body, field: string): string {
  const value = optionalText(body, field);
  if (value === undefined || value === '') {
    throw validationFailed({ resource: 'Request', code: 'missing_field', field });
  }
  return value;
}

export function optionalFlag(body: Body, field: string): boolean | undefined {
  const value = body[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw wrong(field);
  return value;
}

export function optionalObject(body: Body, field: string): Body | undefined {
  const value = body[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) throw wrong(field);
  return value as Body;
}

/** A numeric id in the path; anything else names nothing. */
export function idParam(params: Record<string, string>, name: string): number {
  const text = params[name] ?? '';
  if (!/^\d{1,15}$/.test(text)) throw notFound();
  return Number(text);
}
