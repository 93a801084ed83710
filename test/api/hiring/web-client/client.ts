import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { TestApi } from '../../../support/api.ts';

/** What the client reads no further than. */
const MOST_BYTES = 2 * 1024 * 1024;

export type Fields = Readonly<Record<string, unknown>>;

/** An answer as the client's pages get to see it. */
export interface Seen<Body = Fields> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
  /** What people are shown of a refusal: `message`, else `detail` as a text or its first entry's `msg`. */
  readonly words: string | undefined;
}

export interface Sent {
  readonly body?: object;
  /** Named on every call of a candidate about a task. */
  readonly session?: string | number;
}

/** The described system's web client, as its server calls the API: contracts/hiring.md section 7. */
export function webClient(api: TestApi, token?: string) {
  return async <Body = Fields>(method: string, path: string, { body, session }: Sent = {}): Promise<Seen<Body>> => {
    const requestId = randomUUID();
    const { status, headers, ...reply } = await api.call<Body>(method, path, {
      ...(token !== undefined && { token }),
      ...(body && { body }),
      headers: {
        'x-tenon-request-id': requestId,
        ...(session !== undefined && { 'x-candidate-session-id': String(session) }),
      },
    });
    assert.ok(status < 300 || status >= 400, `${path}: a redirect is taken for a broken API`);
    assert.equal(headers.get('x-tenon-request-id'), requestId);
    assert.match(headers.get('content-type') ?? '', /application\/json/, `${path}: taken for JSON`);
    assert.ok(Buffer.byteLength(JSON.stringify(reply.body)) < MOST_BYTES, `${path}: longer than it reads`);
    return { status, headers, body: reply.body, words: wordsOf(reply.body) };
  };
}

function wordsOf(body: unknown): string | undefined {
  const { message, detail } = Object(body) as { message?: unknown; detail?: unknown };
  const first: unknown = Array.isArray(detail) ? (detail[0] as { msg?: unknown } | undefined)?.msg : undefined;
  return [message, detail, first].find((one) => typeof one === 'string');
}

/** `typeof`, or what JSON has no type for; with a `?` null will do, and the key may be missing. */
type Kind = 'string' | 'number' | 'boolean' | 'object' | 'array' | 'time';
export type Table = Readonly<Record<string, Kind | `${Kind}?`>>;

/** Each field that the client reads has the type that it needs; names may lead into objects: `task.title`. */
export function assertReads(body: unknown, table: Table): void {
  for (const [name, kind] of Object.entries(table)) {
    const value = name.split('.').reduce<unknown>((at, key) => (Object(at) as Fields)[key], body);
    if (kind.endsWith('?') && (value === null || value === undefined)) continue;
    assert.ok(is(value, kind.replace('?', '') as Kind), `${name} is ${JSON.stringify(value)}, not ${kind}`);
  }
}

function is(value: unknown, kind: Kind): boolean {
  if (kind === 'array') return Array.isArray(value);
  if (kind === 'time') return typeof value === 'string' && /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(value);
  if (kind === 'number') return Number.isFinite(value);
  return value !== null && typeof value === kind;
}
