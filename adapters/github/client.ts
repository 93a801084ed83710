import { Octokit } from '@octokit/core';
import { restEndpointMethods } from '@octokit/plugin-rest-endpoint-methods';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';

export interface ClientOptions {
  readonly apiBase: string;
  readonly token: string;
  /** For one call with its retries, from the first byte sent. */
  readonly timeoutMs: number;
  /** Whether calls queue for the limits of github.com: ten at once, a second between writes, kept per process. */
  readonly queues: boolean;
}

const RETRIES = 2;
const RETRY_BASE_MS = 100; // then four times as long
const REPEATABLE = new Set(['GET', 'HEAD', 'PUT', 'DELETE']);
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Registered first and so innermost: the time limit begins when a call leaves the throttling queue, and spans its retries. */
function limitCalls(
  octokit: Octokit,
  options: { readonly timeoutMs?: number; readonly [option: string]: unknown },
): void {
  octokit.hook.before('request', (call) => {
    call.request = { ...call.request, signal: call.request?.signal ?? AbortSignal.timeout(options.timeoutMs ?? 0) };
  });
}

const Client = Octokit.plugin(limitCalls, restEndpointMethods, retry, throttling);
export type Client = InstanceType<typeof Client>;

/**
 * Octokit with short retries of 5xx on calls that may be repeated (never on POST or PATCH), and without any for rate limits: those
 * are told to the caller.
 */
export function githubClient({ apiBase, token, timeoutMs, queues }: ClientOptions): Client {
  const client = new Client({
    auth: token,
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
    throttle: {
      enabled: queues,
      onRateLimit: () => false,
      onSecondaryRateLimit: () => false,
    },
  });
  client.hook.before('request', (options) => {
    // named only to forbid them: retries that a call names are made whatever it failed with
    if (!REPEATABLE.has(options.method)) options.request = { ...options.request, retries: 0 };
    options.headers['x-github-api-version'] = '2022-11-28';
  });
  return client;
}
