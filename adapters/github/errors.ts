import { RequestError } from '@octokit/request-error';
import type { ErrorCode } from '../../core/error-catalogue.ts';
import { AppError } from '../../core/errors.ts';

/** Without a header that says so, GitHub's documentation asks to wait a minute. */
const FALLBACK_WAIT_SECONDS = 60;
const LONGEST_WAIT_SECONDS = 3_600;

/** What of a failed call may be logged and kept: never GitHub's words, which may quote secrets. */
class GithubCallError extends Error {
  override readonly name = 'GithubCallError';
}

/** Status of GitHub's answer; undefined when there was none. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof RequestError ? error.response?.status : undefined;
}

/** GitHub's words, to recognise a case by; never to be shown, stored or logged. */
export function wordsOf(error: unknown): string {
  return error instanceof RequestError && error.response ? error.message : '';
}

/** Maps a failed call to what callers may see. What is no failure of the call comes back as it is. */
export function githubError(error: unknown, call: string): unknown {
  if (!isCallFailure(error)) return error;
  const cause = new GithubCallError(describe(error, call));
  const status = statusOf(error);
  if (status === undefined || status >= 500) return fail('GITHUB_UNAVAILABLE', cause);
  const waitSeconds = rateLimitWait(error, status);
  if (waitSeconds !== undefined)
    return new AppError('GITHUB_RATE_LIMITED', undefined, { retryAfterSeconds: waitSeconds, cause });
  switch (status) {
    case 401:
      return fail('GITHUB_TOKEN_INVALID', cause);
    case 403:
      return fail('GITHUB_PERMISSION_DENIED', cause);
    case 404:
    case 410:
      return fail('GITHUB_NOT_FOUND', cause);
    default:
      return fail('GITHUB_REQUEST_REFUSED', cause);
  }
}

/** GitHub answered, but not with what it promises: a proxy or an outage page. */
export function unexpectedReply(call: string): AppError {
  return fail('GITHUB_UNAVAILABLE', new GithubCallError(`GitHub ${call}: the reply is not what GitHub describes`));
}

/** A cause for an error of ours, in words that hold nothing secret. */
export function callFailed(sentence: string): Error {
  return new GithubCallError(sentence);
}

function fail(code: ErrorCode, cause: GithubCallError): AppError {
  return new AppError(code, undefined, { cause });
}

function isCallFailure(error: unknown): boolean {
  return error instanceof RequestError || (error instanceof DOMException && /^(Abort|Timeout)Error$/.test(error.name));
}

/** What may be logged of a failed call. */
export function describe(error: unknown, call: string): string {
  const status = statusOf(error);
  if (status === undefined) return `GitHub ${call}: no answer (${reasonOf(error)})`;
  const requestId = error instanceof RequestError ? error.response?.headers['x-github-request-id'] : undefined;
  return `GitHub ${call}: status ${status}${requestId ? `, its request id ${requestId}` : ''}`;
}

/** The name or code of what failed below, e.g. ECONNREFUSED or TimeoutError; a message could hold an address with a secret. */
function reasonOf(error: unknown): string {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if ('code' in at && typeof at.code === 'string') return at.code;
    if (/^(Abort|Timeout)Error$/.test(at.name)) return at.name;
  }
  return 'connection failed';
}

/** Primary and secondary limits come as 403 or 429; undefined when it is neither. */
function rateLimitWait(error: unknown, status: number): number | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const headers = error instanceof RequestError ? (error.response?.headers ?? {}) : {};
  const retryAfter = Number(headers['retry-after']);
  if (retryAfter > 0) return within(retryAfter);
  if (headers['x-ratelimit-remaining'] === '0')
    return within(Number(headers['x-ratelimit-reset']) - Date.now() / 1_000 + 1);
  if (status === 429 || /rate limit|abuse detection/i.test(wordsOf(error))) return FALLBACK_WAIT_SECONDS;
  return undefined;
}

function within(seconds: number): number {
  if (!Number.isFinite(seconds)) return FALLBACK_WAIT_SECONDS;
  return Math.min(Math.max(Math.ceil(seconds), 1), LONGEST_WAIT_SECONDS);
}
