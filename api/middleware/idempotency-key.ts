import { createHash } from 'node:crypto';
import type { Context } from 'koa';
import type { Endpoint, IdempotencyKey } from '../endpoint.ts';
import { invalid } from '../problem.ts';

const KEY = /^[\x20-\x7e]{1,255}$/;

/** Reads `Idempotency-Key`; `sent` is what the same key must come with again. @throws {AppError} VALIDATION_ERROR */
export function readIdempotencyKey(
  ctx: Context,
  { method, path }: Pick<Endpoint, 'method' | 'path'>,
  sent: readonly unknown[],
): IdempotencyKey | undefined {
  const key = ctx.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || !KEY.test(key)) {
    const msg = 'idempotency-key must be 1 to 255 printable characters';
    throw invalid([{ loc: ['header', 'idempotency-key'], msg, type: 'string.pattern.base' }]);
  }
  const endpoint = `${method.toUpperCase()} ${path}`;
  return { endpoint, key, bodyHash: createHash('sha256').update(JSON.stringify(sent, sorted)).digest() };
}

/** A JSON replacer: two bodies that differ in the order of keys are the same. */
function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
