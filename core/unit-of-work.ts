import type { Sequelize } from 'sequelize';
import { systemActor, type Actor } from '../domain/identity/actor.ts';
import { appendAudit, type AuditEntry, type RequestFacts } from './audit.ts';
import { openUnit, rowsOf } from './database.ts';
import { markDelivered, writeOutbox, type Delivered, type OutboxEntry, type WorkflowMessage } from './outbox.ts';
import { inTransaction, sqlStateOf } from './transaction.ts';

/** What a service is handed: who acts, and what is to leave with the commit. */
export interface UnitOfWork<A extends Actor = Actor> {
  readonly actor: A;
  readonly db: Sequelize;
  /** Records who did what; written last, in the same commit. */
  audit(entry: AuditEntry): void;
  /** Starts or signals a workflow once the commit has happened, however long that takes. */
  enqueue(message: WorkflowMessage): void;
  /** Wakes those who wait for `topic` when the commit happens. */
  notify(topic: string): void;
}

export interface UnitsOfWork {
  /** Runs `work` in one transaction and commits rows, outbox and audit together. Repeated whole on a deadlock. */
  write<A extends Actor, T>(actor: A, work: (uow: UnitOfWork<A>) => Promise<T>, request?: RequestFacts): Promise<T>;
  /** The same, READ ONLY. */
  read<A extends Actor, T>(actor: A, work: (uow: UnitOfWork<A>) => Promise<T>): Promise<T>;
}

export interface UnitOfWorkParts {
  readonly db: Sequelize;
  /** Delivers entries that were just committed and says which; it never throws, and the relay repeats what is missing. */
  readonly deliver: (entries: readonly OutboxEntry[]) => Promise<Delivered[]>;
  readonly onMarkError: (error: unknown) => void;
}

const TRIES = 3;
const RETRYABLE = new Set(['40001', '40P01']); // serialization failure, deadlock: the whole work is repeated

/** The only place that opens a transaction. */
export function unitsOfWork({ db, deliver, onMarkError }: UnitOfWorkParts): UnitsOfWork {
  async function inUnit<A extends Actor, T>(actor: A, readOnly: boolean, work: () => Promise<T>): Promise<T> {
    if (openUnit.getStore()) throw new Error('nested unit of work'); // it would take a second connection
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await inTransaction(db, { orgId: actor.orgId, readOnly }, (tx) => openUnit.run({ tx, actor }, work));
      } catch (error) {
        if (attempt >= TRIES || !RETRYABLE.has(sqlStateOf(error) ?? '')) throw error;
      }
    }
  }

  return {
    read: (actor, work) =>
      inUnit(actor, true, () =>
        work({ actor, db, audit: refuse('audit'), enqueue: refuse('enqueue'), notify: refuse('notify') }),
      ),
    async write(actor, work, request) {
      const committed = await inUnit(actor, false, async () => {
        const audit: AuditEntry[] = [];
        const messages: WorkflowMessage[] = [];
        const topics = new Set<string>();
        const value = await work({
          actor,
          db,
          audit: (entry) => void audit.push(entry),
          enqueue: (message) => void messages.push(message),
          notify: (topic) => void topics.add(topic),
        });
        const outbox = await writeOutbox(db, actor, messages, request?.requestId);
        if (topics.size > 0)
          await rowsOf(db, "select pg_notify('tenon', topic) from unnest($1::text[]) topic", [[...topics]]);
        await appendAudit(db, actor, audit, request); // last: it locks the head of the organisation's chain
        return { value, outbox };
      });
      if (actor.orgId !== null && committed.outbox.length > 0) await deliverAndMark(actor.orgId, committed.outbox);
      return committed.value;
    },
  };

  /** Already committed: whatever fails here is repeated by the relay and must not fail the caller. */
  async function deliverAndMark(orgId: string, entries: readonly OutboxEntry[]): Promise<void> {
    const delivered = await deliver(entries);
    if (delivered.length === 0) return;
    await inUnit(systemActor(orgId, 'outbox'), false, () => markDelivered(db, orgId, delivered)).catch(onMarkError);
  }
}

function refuse(what: string): () => never {
  return () => {
    throw new Error(`${what} in a read-only unit of work`);
  };
}
