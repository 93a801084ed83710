import { Octokit } from '@octokit/core';
import { restEndpointMethods } from '@octokit/plugin-rest-endpoint-methods';
import { retry } from '@octokit/plugin-retry';

export interface ClientOptions {
  readonly apiBase: string;
  /** A token for every call, or what gives each call one. */
  readonly auth: string | CallHook;
  /** For one call with its retries, from the first byte sent. */
  readonly timeoutMs: number;
}

/** A call as Octokit has put it together: `url` is still a template, and its parameters stand beside it. */
export type Endpoint = ReturnType<Octokit['request']['endpoint']['merge']>;
type Answer = Awaited<ReturnType<Octokit['request']>>;
export type Send = (endpoint: Endpoint) => Answer | Promise<Answer>;
/** Sends a call, perhaps with other headers or once more; inside its retries and its time limit. */
export type CallHook = (send: Send, endpoint: Endpoint) => Promise<Answer>;

const RETRIES = 2;
const RETRY_BASE_MS = 100; // then four times as long
const REPEATABLE = new Set(['GET', 'HEAD', 'PUT', 'DELETE']);
/** Once too often it makes a token that nobody uses and that ends by itself. */
const REPEATABLE_POST = '/app/installations/{installation_id}/access_tokens';
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Registered first and so innermost: the time limit spans a call's retries. */
function limitCalls(
  octokit: Octokit,
  options: { readonly timeoutMs?: number; readonly [option: string]: unknown },
): void {
  octokit.hook.before('request', (call) => {
    call.request = { ...call.request, signal: call.request?.signal ?? AbortSignal.timeout(options.timeoutMs ?? 0) };
  });
}

const Client = Octokit.plugin(limitCalls, restEndpointMethods, retry);
export type Client = InstanceType<typeof Client>;

/**
 * Octokit with short retries of 5xx on calls that may be repeated (never on PATCH, nor on POST but for tokens), and without any for rate limits: those
 * are told to the caller.
 */
export function githubClient({ apiBase, auth, timeoutMs }: ClientOptions): Client {
  const client = new Client({
    ...(typeof auth === 'string' ? { auth } : { authStrategy: () => ({ hook: auth }) }),
    baseUrl: apiBase,
    userAgent: 'tenon',
    log: quiet,
    request: { log: quiet },
    timeoutMs,
    retry: {
      retries: RETRIES,
      retryAfterBaseValue: RETRY_BASE_MS,
      doNotRetry: [400, 401, 403, 404, 409, 410, 422, 429],
    },
  });
  client.hook.before('request', (options) => {
    // named only to forbid them: retries that a call names are made whatever it failed with
    const isRepeatable = REPEATABLE.has(options.method) || options.url === REPEATABLE_POST;
    if (!isRepeatable) options.request = { ...options.request, retries: 0 };
    options.headers['x-github-api-version'] = '2022-11-28';
  });
  return client;
}
