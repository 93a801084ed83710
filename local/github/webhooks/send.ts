import { sign } from '@octokit/webhooks-methods';
import type { HookRecord } from '../state.ts';

const answerTimeoutMs = 10_000;
const keptBodyCharacters = 64 * 1024;

export interface SentDelivery {
  /** `OK` for an answer below 400; else the answer's text or what kept it from coming. */
  status: string;
  /** 0 when no answer came. */
  statusCode: number;
  durationSeconds: number;
  responseHeaders: Record<string, string>;
  responseBody: string;
}

/** The headers of GitHub's webhook requests; the signature covers exactly `body`. */
export async function deliveryHeaders(
  hook: HookRecord,
  { guid, event, body }: { guid: string; event: string; body: string },
): Promise<Record<string, string>> {
  return {
    accept: '*/*',
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/7e0b1c2',
    'x-github-delivery': guid,
    'x-github-event': event,
    'x-github-hook-id': String(hook.id),
    'x-github-hook-installation-target-type': hook.repositoryId === null ? 'organization' : 'repository',
    ...(hook.secret && { 'x-hub-signature-256': await sign(hook.secret, body) }),
  };
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'timed out';
  return 'failed to connect to host';
}

/** Sends once, waits 10 s at most, never throws. Redirects are not followed, as on GitHub. */
export async function sendDelivery(
  hook: HookRecord,
  headers: Record<string, string>,
  body: string,
  closing: AbortSignal,
): Promise<SentDelivery> {
  const startedAt = performance.now();
  const seconds = (): number => Math.round(performance.now() - startedAt) / 1000;
  try {
    const response = await fetch(hook.url, {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.any([closing, AbortSignal.timeout(answerTimeoutMs)]),
    });
    const text = await response.text();
    return {
      status: response.status < 400 ? 'OK' : `Invalid HTTP Response: ${response.status}`,
      statusCode: response.status,
      durationSeconds: seconds(),
      responseHeaders: Object.fromEntries(response.headers),
      responseBody: text.slice(0, keptBodyCharacters),
    };
  } catch (error) {
    return {
      status: reasonOf(error),
      statusCode: 0,
      durationSeconds: seconds(),
      responseHeaders: {},
      responseBody: '',
    };
  }
}
