import Joi from 'joi';
import { ConnectionError, UniqueConstraintError } from 'sequelize';
import { errorCatalogue, type ErrorCode } from '../core/error-catalogue.ts';
import { AppError } from '../core/errors.ts';
import { sqlStateOf } from '../core/transaction.ts';

/** One thing wrong with a request: where, what, and Joi's name of the rule. */
export interface Issue {
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
}

/** RFC 9457 `application/problem+json`, with the members that clients of the described systems read. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly ok: false;
  /** The same text as `detail`. */
  readonly error: unknown;
  readonly errorCode: ErrorCode;
  readonly retryable: boolean;
  readonly issues: readonly Issue[];
  readonly requestId: string;
}

/** What the mapper made of something that was thrown. */
export interface MappedError {
  readonly error: AppError;
  /** Log it with its stack: it is ours to repair. */
  readonly unexpected: boolean;
}

/** SQLSTATE classes that say "not now": connection, resources, operator intervention, a statement that took too long. */
const DATABASE_AWAY = /^(08|53|57P|57014)/;

/** Maps what was thrown by its class, never by its message; what is not known says nothing about itself. */
export function mapError(thrown: unknown): MappedError {
  if (thrown instanceof AppError) return { error: thrown, unexpected: false };
  if (Joi.isError(thrown)) return { error: invalid(issuesOf(thrown, 'body')), unexpected: false };
  if (thrown instanceof UniqueConstraintError) return known('CONFLICT', thrown);
  if (thrown instanceof ConnectionError || DATABASE_AWAY.test(sqlStateOf(thrown) ?? '')) {
    return known('DATABASE_UNAVAILABLE', thrown);
  }
  return { error: new AppError('INTERNAL_ERROR', undefined, { cause: thrown }), unexpected: true };
}

function known(code: ErrorCode, cause: unknown): MappedError {
  return { error: new AppError(code, undefined, { cause }), unexpected: false };
}

/** A 422 (or what the dialect says) whose `detail` names the first bad field. */
export function invalid(issues: readonly Issue[]): AppError {
  return new AppError('VALIDATION_ERROR', issues[0]?.msg, { extra: { issues } });
}

/** Joi's findings in one part of a request (`body`, `query`, …); every message names its field. */
export function issuesOf(error: Joi.ValidationError, part: string): Issue[] {
  return error.details.map(({ path, message, type }) => {
    const name = path.at(-1);
    const told = name === undefined ? message.replace(/^"?value"?/, part) : message;
    const names = name === undefined || told.includes(String(name));
    return { loc: [part, ...path], msg: names ? told : `${path.join('.')}: ${told}`, type };
  });
}

/** The document that leaves. `status` may differ from the catalogue's where a context's dialect says so. */
export function presentProblem(error: AppError, requestId: string, status: number): Problem {
  return {
    type: problemType(error.code),
    title: errorCatalogue[error.code].title,
    status,
    detail: error.message,
    instance: `urn:tenon:request:${encodeURIComponent(requestId)}`,
    ok: false,
    error: error.message,
    errorCode: error.code,
    retryable: error.retryable,
    issues: [],
    requestId,
    ...error.extra,
  };
}

/** The stable URI of an error code. */
function problemType(code: ErrorCode): string {
  return `urn:tenon:problem:${code.toLowerCase().replaceAll('_', '-')}`;
}

/** JSON Schema of a problem document; endpoints add their codes as an enum of `errorCode`. */
export const problemSchema = {
  type: 'object',
  required: [
    'type',
    'title',
    'status',
    'detail',
    'instance',
    'ok',
    'error',
    'errorCode',
    'retryable',
    'issues',
    'requestId',
  ],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string', format: 'uri' },
    ok: { const: false },
    error: { description: 'The text of `detail`; an object where a contract has one' },
    errorCode: { type: 'string' },
    retryable: { type: 'boolean' },
    issues: {
      type: 'array',
      items: {
        type: 'object',
        required: ['loc', 'msg', 'type'],
        properties: {
          loc: { type: 'array', items: { type: ['string', 'integer'] } },
          msg: { type: 'string' },
          type: { type: 'string' },
        },
      },
    },
    requestId: { type: 'string' },
  },
} as const;
