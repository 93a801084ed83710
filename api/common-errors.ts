import type { ErrorCode } from '../core/error-catalogue.ts';
import type { Endpoint } from './endpoint.ts';
import { limitOf } from './limit-of.ts';

/** Every code that an endpoint may answer with: what its door and its inputs bring along, and what it names itself. */
export function errorCodesOf(endpoint: Endpoint): ErrorCode[] {
  const { auth, may, input, method, idempotent, errors } = endpoint;
  const codes = new Set<ErrorCode>(['INTERNAL_ERROR', 'DATABASE_UNAVAILABLE', ...auth.errors, ...errors]);
  if (limitOf(endpoint) !== 'none') codes.add('RATE_LIMITED');
  if (may !== 'public') codes.add('FORBIDDEN');
  if (method !== 'get') codes.add('CONFLICT');
  if (input.params ?? input.query ?? input.headers ?? input.body ?? input.form ?? idempotent) {
    codes.add('VALIDATION_ERROR');
  }
  if (input.body ?? input.form) codes.add('MALFORMED_BODY').add('UNSUPPORTED_MEDIA_TYPE');
  if (input.body ?? input.form ?? input.raw) codes.add('PAYLOAD_TOO_LARGE').add('MALFORMED_BODY');
  if (idempotent) codes.add('IDEMPOTENCY_KEY_REUSED');
  return [...codes].sort();
}
