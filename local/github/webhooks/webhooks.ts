import { randomUUID } from 'node:crypto';
import path from 'node:path';
import type { Base } from '../base.ts';
import type { HookRecord, Repository } from '../state.ts';
import { openDeliveryLog } from './deliveries.ts';
import type { Delivery, DeliveryLog } from './deliveries.ts';
import { createGate } from './gate.ts';
import type { WebhookMode } from './gate.ts';
import { deliveryHeaders, sendDelivery } from './send.ts';

export type WebhookEventName = 'push' | 'workflow_run' | 'repository' | 'installation' | 'installation_repositories';

export interface WebhookEvent {
  event: WebhookEventName;
  /** null: about none, told to the organisation's hook. */
  repository: Repository | null;
  payload: Record<string, unknown>;
}

interface Parcel {
  hook: HookRecord;
  guid: string;
  event: string;
  repositoryId: number | null;
  payload: Record<string, unknown>;
  redelivery: boolean;
}

export interface Webhooks {
  readonly deliveries: DeliveryLog;
  /** Hands the event to every hook that wants it; sending goes on in the background, in order per hook and repository. */
  emit(event: WebhookEvent): void;
  /** Sends a logged delivery again under its own guid, past every mode. */
  redeliver(hook: HookRecord, delivery: Delivery): void;
  /** What happens to the next `count` deliveries (or to all, until another mode is set). */
  setMode(mode: WebhookMode, count?: number): void;
  /** Sends what is held back and returns to normal; gives the number sent. */
  release(): number;
  /** Resolves when nothing is being sent. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

function actionOf(payload: Record<string, unknown>): string | null {
  return typeof payload['action'] === 'string' ? payload['action'] : null;
}

export async function openWebhooks(base: Base): Promise<Webhooks> {
  const deliveries = await openDeliveryLog(path.join(base.dir, 'deliveries'));
  const closing = new AbortController();
  const chains = new Map<string, Promise<void>>();

  async function deliver(parcel: Parcel, lost: boolean): Promise<void> {
    if (closing.signal.aborted) return;
    const { hook, guid, event, payload } = parcel;
    const body = JSON.stringify(payload);
    const requestHeaders = await deliveryHeaders(hook, { guid, event, body });
    const sent = lost
      ? { status: 'timed out', statusCode: 0, durationSeconds: 10, responseHeaders: {}, responseBody: '' }
      : await sendDelivery(hook, requestHeaders, body, closing.signal);
    if (closing.signal.aborted) return;
    hook.lastResponse = { code: sent.statusCode || null, status: sent.status, message: sent.status };
    await deliveries.add({
      ...sent,
      id: base.store.nextId('delivery'),
      hookId: hook.id,
      guid,
      deliveredAt: new Date().toISOString(),
      redelivery: parcel.redelivery,
      event,
      action: actionOf(payload),
      repositoryId: parcel.repositoryId,
      requestHeaders,
      payload,
    });
    await base.store.commit();
    base.log('webhook', { event, action: actionOf(payload), status: sent.status, statusCode: sent.statusCode, lost });
  }

  function send(parcel: Parcel, lost = false): void {
    const key = `${parcel.hook.id}/${parcel.repositoryId}`;
    const chain = (chains.get(key) ?? Promise.resolve())
      .then(() => deliver(parcel, lost))
      .catch((error: unknown) => base.log('webhook could not be recorded', { error: String(error) }))
      .finally(() => {
        if (chains.get(key) === chain) chains.delete(key);
      });
    chains.set(key, chain);
  }

  const gate = createGate<Parcel>(send);

  async function idle(): Promise<void> {
    while (chains.size > 0) await Promise.all(chains.values());
  }

  function wants(hook: HookRecord, { event, repository }: WebhookEvent): boolean {
    const isOrganisations = hook.repositoryId === null;
    const covers = isOrganisations
      ? (repository?.owner ?? base.org) === base.org
      : hook.repositoryId === repository?.id;
    return covers && hook.active && (hook.events.includes(event) || hook.events.includes('*'));
  }

  return {
    deliveries,
    emit(event) {
      for (const hook of base.store.state.hooks.filter((candidate) => wants(candidate, event))) {
        const { repository, payload } = event;
        gate.admit({
          hook,
          guid: randomUUID(),
          event: event.event,
          repositoryId: repository?.id ?? null,
          payload,
          redelivery: false,
        });
      }
    },
    redeliver(hook, { guid, event, repositoryId, payload }) {
      send({ hook, guid, event, repositoryId, payload, redelivery: true });
    },
    setMode: (mode, count) => gate.setMode(mode, count),
    release: () => gate.release(),
    idle,
    async close() {
      closing.abort();
      await idle();
    },
  };
}
