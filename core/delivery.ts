import type { Client } from '@temporalio/client';
import type { Metrics } from './metrics.ts';
import type { Delivered, OutboxEntry } from './outbox.ts';
import { deliverMessage } from './temporal.ts';

/** A writer waits this long for Temporal before it answers its caller; the relay then repeats. */
const WRITER_DEADLINE_MS = 1_500;

export interface DeliveryParts {
  readonly client: Client;
  readonly metrics: Metrics;
  readonly onError: (error: unknown, entry: OutboxEntry) => void;
}

/** Delivers what this process has just committed; the first failure leaves the rest to the relay. Never throws. */
export function deliverAfterCommit({ client, metrics, onError }: DeliveryParts) {
  return async (entries: readonly OutboxEntry[]): Promise<Delivered[]> => {
    const delivered: Delivered[] = [];
    for (const entry of entries) {
      try {
        const outcome = await deliverMessage(client, entry.message, WRITER_DEADLINE_MS);
        metrics.outboxDeliveries.inc({ outcome, by: 'writer' });
        delivered.push({ id: entry.id, outcome });
      } catch (error) {
        metrics.outboxDeliveries.inc({ outcome: 'failed', by: 'writer' });
        onError(error, entry);
        break;
      }
    }
    return delivered;
  };
}
