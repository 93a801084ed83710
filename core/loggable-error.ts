import { isNativeError } from 'node:util/types';
import { keepableOutput } from '../domain/workspaces/text.ts';

/** What may be logged and kept of anything that was thrown. */
export interface LoggableError {
  /** The error's name, or the type of what was thrown instead. */
  readonly type: string;
  /** Ours, the system's (ECONNREFUSED) or SQLSTATE. */
  readonly code?: string | number;
  readonly message: string;
  /** Frames only: the message stands above. */
  readonly stack?: string;
  readonly cause?: LoggableError;
}

const LONGEST_MESSAGE = 500;
const LONGEST_STACK = 3_000;
const DEEPEST_CAUSE = 4;

/**
 * An error without what people typed and without secrets. Nothing else that hangs on it is taken over: Sequelize's errors
 * carry the SQL and its parameters, those of HTTP clients addresses and headers.
 */
export function loggableError(thrown: unknown, depth = 0): LoggableError {
  if (!isError(thrown)) return { type: typeof thrown, message: loggableText(String(thrown)) };
  const code = codeOf(thrown);
  const stack = framesOf(thrown);
  const cause = thrown.cause ?? thrown.original;
  return {
    type: loggableText(thrown.name),
    ...(code !== undefined && { code }),
    message: loggableText(isDataException(code) ? thrown.message.replace(/"[^]*"/, '"…"') : thrown.message),
    ...(stack !== '' && { stack }),
    ...(cause !== undefined && cause !== null && depth < DEEPEST_CAUSE && { cause: loggableError(cause, depth + 1) }),
  };
}

/** Words of a library, fit for a log line: without secrets and what addresses are asked with, of bounded length. */
export function loggableText(text: string): string {
  return keepableOutput(text, LONGEST_MESSAGE).replaceAll(/(?<=\bhttps?:\/\/[^\s?"']{1,300}\?)[^\s"']+/gi, '…');
}

/** What libraries hang on their errors. */
interface AnyError extends Error {
  readonly code?: unknown;
  /** Temporal's failures name their kind so. */
  readonly type?: unknown;
  /** What Sequelize wraps. */
  readonly original?: unknown;
}

/** Also an error of another realm, as a workflow's is. */
function isError(thrown: unknown): thrown is AnyError {
  return thrown instanceof Error || isNativeError(thrown);
}

function codeOf({ code, type, original }: AnyError): string | number | undefined {
  const below = isError(original) ? original.code : undefined;
  const found = [code, below, type].find((one) => typeof one === 'string' || typeof one === 'number');
  return typeof found === 'string' ? loggableText(found) : found;
}

/** SQLSTATE class 22: Postgres quotes the value that it could not read. */
function isDataException(code: string | number | undefined): boolean {
  return typeof code === 'string' && /^22[0-9A-Z]{3}$/.test(code);
}

/** A stack begins with the message, which may itself hold lines that look like frames. */
function framesOf({ stack = '', message }: Error): string {
  const at = message === '' ? -1 : stack.indexOf(message);
  const lines = (at === -1 ? stack : stack.slice(at + message.length)).split('\n').slice(1);
  return keepableOutput(lines.filter((line) => FRAME.test(line)).join('\n'), LONGEST_STACK);
}

const FRAME = /^ {4}at .{0,300}(:\d+:\d+|native|<anonymous>)\)?$/;
