import type { Context } from 'koa';
import getRawBody from 'raw-body';
import { AppError } from '../../core/errors.ts';
import type { Inputs } from '../endpoint.ts';
import { stateOf } from './state.ts';

const LIMIT_BYTES = 1024 * 1024;

/** What a request carries, before it is validated. */
export interface ParsedBody {
  readonly body?: unknown;
  readonly form?: unknown;
  readonly raw?: Buffer;
}

/** Reads just what the endpoint declares. @throws {AppError} 413, 415 or 400, and what the door's own check says */
export async function readBody(ctx: Context, { body, form, raw }: Inputs): Promise<ParsedBody> {
  if (raw) return { raw: await readBytes(ctx, raw.limitBytes) };
  if (!body && !form) {
    if (stateOf(ctx).bodyCheck) throw new Error('the door decides over a body that this endpoint does not read');
    return {};
  }
  const bytes = await readBytes(ctx, LIMIT_BYTES);
  if (bytes.length === 0) return body ? { body: {} } : { form: {} };
  const encoded = ctx.get('content-encoding');
  const wanted = body ? ['json', '+json'] : ['urlencoded'];
  if (!ctx.is(...wanted) || (encoded && encoded !== 'identity')) throw new AppError('UNSUPPORTED_MEDIA_TYPE');
  const decoded = decode(bytes);
  return body ? { body: parseJson(decoded) } : { form: Object.fromEntries(new URLSearchParams(decoded)) };
}

/** A length that is announced and too large is refused unread. */
async function readBytes(ctx: Context, limit: number): Promise<Buffer> {
  const length = ctx.request.length;
  const { bodyCheck } = stateOf(ctx);
  const watch = (piece: Buffer): void => bodyCheck?.update(piece);
  if (bodyCheck) ctx.req.on('data', watch); // in the same turn as the reader below: neither misses a piece
  try {
    const bytes = await getRawBody(ctx.req, { limit, ...(length !== undefined && { length }) });
    bodyCheck?.assertGenuine();
    return bytes;
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const tooLarge = (cause as { type?: unknown }).type === 'entity.too.large';
    throw new AppError(tooLarge ? 'PAYLOAD_TOO_LARGE' : 'MALFORMED_BODY', undefined, { cause });
  } finally {
    ctx.req.off('data', watch);
  }
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AppError('MALFORMED_BODY', undefined, { cause });
  }
}

function parseJson(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch (cause) {
    throw new AppError('MALFORMED_BODY', undefined, { cause });
  }
}
