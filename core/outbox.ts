import type { Sequelize } from 'sequelize';
import type { Actor } from '../domain/identity/actor.ts';
import { rowsOf } from './database.ts';

/** How to start a workflow; every message carries it, because a signal must be able to start what it signals. */
export interface WorkflowStart {
  readonly workflowId: string;
  readonly type: string;
  readonly taskQueue: string;
  /** Plain JSON: ids, never secrets; it stays in the history. */
  readonly input: object;
  readonly orgId: string;
  /** Search attribute TenonKind, e.g. `candidate-session`. */
  readonly kind: string;
  /** Search attribute TenonRef: ids under which people look for it, e.g. the session's. */
  readonly ref: string;
  /** One line for the Web UI. */
  readonly summary: string;
}

/** A workflow to start, or to signal (and to start if it is not there yet). */
export interface WorkflowMessage {
  readonly start: WorkflowStart;
  readonly signal?: { readonly name: string; readonly input?: object };
}

/** A message that was committed under `id`. */
export interface OutboxEntry {
  readonly id: string;
  readonly orgId: string;
  readonly message: WorkflowMessage;
  readonly requestId: string | undefined;
}

/** What became of a message. A signal to a workflow that has ended is done: the row had decided already. */
export type DeliveryOutcome = 'started' | 'signalled' | 'already_closed';

/** An entry that Temporal has. */
export interface Delivered {
  readonly id: string;
  readonly outcome: DeliveryOutcome;
}

/** An entry is born leased to its writer, who delivers it right after the commit; the relay takes expired leases only. */
const WRITER_LEASE_SECONDS = 5;

/** Inserts messages in their order; part of the unit of work. */
export async function writeOutbox(
  db: Sequelize,
  actor: Actor,
  messages: readonly WorkflowMessage[],
  requestId: string | undefined,
): Promise<OutboxEntry[]> {
  if (messages.length === 0) return [];
  const { orgId } = actor;
  if (orgId === null) throw new Error('a workflow needs an organisation: none is set in this unit of work');
  const rows = await rowsOf<{ id: string }>(
    db,
    `insert into outbox (org_id, workflow_id, message, request_id, lease_until)
     select $1, m.message -> 'start' ->> 'workflowId', m.message, $3, now() + make_interval(secs => $4)
     from unnest($2::jsonb[]) with ordinality m (message, place) order by m.place
     returning id`,
    [orgId, messages.map((message) => JSON.stringify(message)), requestId ?? null, WRITER_LEASE_SECONDS],
  );
  const ids = rows.map((row) => row.id).sort((a, b) => Number(BigInt(a) - BigInt(b)));
  return messages.map((message, index) => ({ id: ids[index] ?? '', orgId, message, requestId }));
}

/** Marks entries as delivered; in a unit of work of its own, after the commit that wrote them. */
export async function markDelivered(db: Sequelize, orgId: string, delivered: readonly Delivered[]): Promise<void> {
  await rowsOf(
    db,
    `update outbox o set delivered_at = now(), outcome = d.outcome
     from unnest($2::bigint[], $3::text[]) d (id, outcome) where o.org_id = $1 and o.id = d.id`,
    [orgId, delivered.map(({ id }) => id), delivered.map(({ outcome }) => outcome)],
  );
}
