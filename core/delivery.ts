import type { Client } from '@temporalio/client';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import type { Delivered, OutboxEntry } from './outbox.ts';
import { deliverMessage } from './temporal.ts';

/** A writer waits this long for Temporal before it answers its caller; the relay then repeats. */
const WRITER_DEADLINE_MS = 1_500;

export interface DeliveryParts {
  readonly client: Client;
  readonly metrics: Metrics;
  /** Ties a request's id to the workflows that it has started or signalled. */
  readonly log: Logger;
}

/** Delivers what this process has just committed; the first failure leaves the rest to the relay. Never throws. */
export function deliverAfterCommit({ client, metrics, log }: DeliveryParts) {
  return async (entries: readonly OutboxEntry[]): Promise<Delivered[]> => {
    const delivered: Delivered[] = [];
    for (const { id, orgId, requestId, message } of entries) {
      const facts = { outboxId: id, orgId, requestId, workflowId: message.start.workflowId };
      try {
        const outcome = await deliverMessage(client, message, WRITER_DEADLINE_MS);
        metrics.outboxDeliveries.inc({ outcome, by: 'writer' });
        delivered.push({ id, outcome });
        log.info({ ...facts, outcome }, 'message delivered');
      } catch (err) {
        metrics.outboxDeliveries.inc({ outcome: 'failed', by: 'writer' });
        log.warn({ ...facts, err }, 'message left to the relay');
        break;
      }
    }
    return delivered;
  };
}
