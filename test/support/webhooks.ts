import { createHmac, randomUUID } from 'node:crypto';
import type { Reply, TestApi } from './api.ts';

export interface Problem {
  readonly errorCode?: string;
  readonly status?: string;
}

export type Headers = Readonly<Record<string, string | undefined>>;

/** GitHub's signature over these bytes. */
export function signatureOf(body: string | Uint8Array, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/** Sends a delivery as GitHub does: signed, under a new id, unless `headers` say otherwise; `undefined` leaves one out. */
export function deliver(
  api: TestApi,
  event: string,
  payload: string | Uint8Array | object,
  headers: Headers = {},
): Promise<Reply<Problem>> {
  const body = typeof payload === 'string' || payload instanceof Uint8Array ? payload : JSON.stringify(payload);
  const all = {
    'x-github-event': event,
    'x-github-delivery': randomUUID(),
    'x-hub-signature-256': signatureOf(body, api.settings.github.webhookSecret ?? ''),
    ...headers,
  };
  const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return api.call<Problem>('post', '/api/github/webhooks', { body, headers: Object.fromEntries(given) });
}

/** How often each event had each outcome. */
export async function countedWebhooks({ app }: TestApi): Promise<Record<string, number>> {
  const { values } = await app.metrics.webhooks.get();
  return Object.fromEntries(values.map(({ labels, value }) => [`${labels.event} ${labels.outcome}`, value]));
}
