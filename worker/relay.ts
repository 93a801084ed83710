import type { Client } from '@temporalio/client';
// commit-ok: leases and marks entries of all organisations, one statement each, none open while it delivers
import type { Pool } from 'pg';
import { loggableError } from '../core/loggable-error.ts';
import type { Logger } from '../core/logger.ts';
import type { Metrics } from '../core/metrics.ts';
import type { WorkflowMessage } from '../core/outbox.ts';
import { deliverMessage } from '../core/temporal.ts';

export interface RelayParts {
  /** As tenon_system. */
  readonly pool: Pool;
  readonly client: Client;
  readonly metrics: Metrics;
  readonly log: Logger;
}

const DELIVERY_DEADLINE_MS = 5_000;
const BATCH = 20; // delivered at once: one after the other, each at its deadline, they would have to be leased for much longer
const LEASE_SECONDS = 8; // the deadline and some air: after a relay's death this is how long a person waits, and a round more
const LONGEST_BACKOFF_SECONDS = 30;

interface LeasedEntry {
  readonly id: string;
  readonly org_id: string;
  readonly workflow_id: string;
  readonly message: WorkflowMessage;
  readonly request_id: string | null;
  readonly attempts: number;
}

/**
 * One round: leases the messages that their writers have not delivered, oldest first and one per workflow, and hands them
 * to Temporal. No transaction is open meanwhile. Several relays may run.
 * @returns true when the batch was full, so that there is probably more
 */
export async function deliverDue(parts: RelayParts): Promise<boolean> {
  const { pool, metrics } = parts;
  const entries = await leaseDue(pool);
  await Promise.all(entries.map((entry) => deliver(parts, entry)));
  const { rows } = await pool.query<{ waiting: number }>(
    'select count(*)::int as waiting from outbox where delivered_at is null',
  );
  metrics.outboxWaiting.set(rows[0]?.waiting ?? 0);
  return entries.length === BATCH;
}

/** A younger message of a workflow waits until the older one is delivered, so that a signal never overtakes its start. */
async function leaseDue(pool: Pool): Promise<LeasedEntry[]> {
  const { rows } = await pool.query<LeasedEntry>(
    `update outbox set lease_until = now() + make_interval(secs => $1)
     where id in (
       select due.id from outbox due
       where due.delivered_at is null and due.lease_until < now()
         and not exists (
           select from outbox older
           where older.workflow_id = due.workflow_id and older.delivered_at is null and older.id < due.id)
       order by due.id limit $2
       for update skip locked)
     returning id, org_id, workflow_id, message, request_id, attempts`,
    [LEASE_SECONDS, BATCH],
  );
  return rows.sort((a, b) => Number(BigInt(a.id) - BigInt(b.id)));
}

async function deliver({ pool, client, metrics, log }: RelayParts, entry: LeasedEntry): Promise<void> {
  const facts = { orgId: entry.org_id, workflowId: entry.workflow_id, requestId: entry.request_id };
  try {
    const outcome = await deliverMessage(client, entry.message, DELIVERY_DEADLINE_MS);
    await pool.query('update outbox set delivered_at = now(), outcome = $2 where id = $1', [entry.id, outcome]);
    metrics.outboxDeliveries.inc({ outcome, by: 'relay' });
    log.info({ ...facts, outcome }, 'message delivered by the relay');
  } catch (error) {
    const attempts = entry.attempts + 1;
    const retryInSeconds = Math.min(2 ** (attempts - 1), LONGEST_BACKOFF_SECONDS);
    metrics.outboxDeliveries.inc({ outcome: 'failed', by: 'relay' });
    log.warn({ ...facts, attempts, retryInSeconds, err: error }, 'message not delivered');
    await pool.query(
      `update outbox set attempts = $2, last_error = $3, lease_until = now() + make_interval(secs => $4) where id = $1`,
      [entry.id, attempts, loggableError(error).message, retryInSeconds],
    );
  }
}
