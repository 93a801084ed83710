import { objectIn } from '../../domain/github/fields.ts';
import type { Client } from './client.ts';
import { unexpectedReply } from './errors.ts';

/** One attempt of GitHub to deliver an event to a hook. Ids are 64-bit numbers as text. */
export interface LoggedDelivery {
  readonly id: string;
  /** The event's own id, the same for all attempts and hooks: `X-GitHub-Delivery`. */
  readonly guid: string;
  readonly deliveredAt: Date;
  readonly event: string;
  readonly action: string | null;
}

export interface DeliveryPage {
  /** Newest first. */
  readonly deliveries: readonly LoggedDelivery[];
  /** Of the page of older ones; null when there is none. */
  readonly next: string | null;
}

/** Where GitHub keeps the log of a hook. */
export type HookAddress =
  | { readonly path: '/app/hook'; readonly params: object }
  | {
      readonly path: '/orgs/{org}/hooks/{hook_id}';
      readonly params: { readonly org: string; readonly hook_id: number };
    };

export interface DeliveryLog {
  /** Names the hook, e.g. for the cursor of who reads it. */
  readonly hook: string;
  page(cursor: string | null): Promise<DeliveryPage>;
  /** What was sent; null when GitHub keeps it no more. */
  payload(id: string): Promise<unknown>;
}

const PAGE_SIZE = 50;
/** GitHub counts deliveries beyond what JSON's numbers can tell apart. */
const LONG_ID = /("id"\s*:\s*)(\d{16,})/g;

/** The log below one address; `client` must be allowed to read it, and have time for a payload of 25 MiB. */
export function readLog(client: Client, { path, params }: HookAddress): DeliveryLog {
  const deliveries: string = `GET ${path}/deliveries`; // any text: Octokit's type of an id is too small a number
  return {
    hook: path.replaceAll(/\{(\w+)\}/g, (_, name: string) => String((params as Record<string, unknown>)[name])),
    async page(cursor) {
      const reply = await client.request(deliveries, {
        ...params,
        per_page: PAGE_SIZE,
        ...(cursor !== null && { cursor }),
        request: { parseSuccessResponseBody: false },
      });
      const text = await new Response(reply.data as ReadableStream).text();
      return { deliveries: readPage(text), next: nextCursor(reply.headers.link) };
    },
    async payload(id) {
      const reply = await client.request(`${deliveries}/{delivery_id}`, { ...params, delivery_id: id });
      const { data } = reply as { data: { request?: { payload?: unknown } } };
      return data.request?.payload ?? null;
    },
  };
}

function readPage(text: string): LoggedDelivery[] {
  const items = parse(text.replaceAll(LONG_ID, '$1"$2"'));
  if (!Array.isArray(items)) throw unexpectedReply('listDeliveries');
  return items.map((item: unknown) => {
    const { id, guid, delivered_at, event, action } = objectIn(item) ?? {};
    const deliveredAt = new Date(typeof delivered_at === 'string' ? delivered_at : Number.NaN);
    const isOne = /^\d{1,20}$/.test(String(id)) && typeof guid === 'string' && typeof event === 'string';
    if (!isOne || Number.isNaN(deliveredAt.getTime())) throw unexpectedReply('listDeliveries');
    return { id: String(id), guid, deliveredAt, event, action: typeof action === 'string' ? action : null };
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unexpectedReply('listDeliveries');
  }
}

function nextCursor(link: string | undefined): string | null {
  const next = /<([^>]+)>;\s*rel="next"/.exec(link ?? '')?.[1];
  return next !== undefined && URL.canParse(next) ? new URL(next).searchParams.get('cursor') : null;
}
