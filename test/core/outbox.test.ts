import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { unitsOfWork, type UnitOfWork } from '../../core/unit-of-work.ts';
import { anonymous, systemActor } from '../../domain/identity/actor.ts';
import { resetDatabase, type TestDatabase } from '../support/database.ts';
import { makeOrganization } from '../support/factories-identity.ts';
import { probeStart as start } from './probe.ts';

describe('the outbox of a unit of work', () => {
  let database: TestDatabase;
  let orgId: string;
  before(async () => {
    database = await resetDatabase();
    orgId = (await makeOrganization()).id;
  });

  interface OutboxRow {
    readonly id: string;
    readonly workflow_id: string;
    readonly request_id: string | null;
    readonly leased: boolean;
    readonly delivered: boolean;
    readonly outcome: string | null;
  }

  const outboxRows = (ids: readonly string[]) =>
    database.rows<OutboxRow>(
      `select id, workflow_id, request_id, lease_until > now() as leased, delivered_at is not null as delivered, outcome
       from outbox where workflow_id = any ($1) order by id`,
      [ids],
    );

  it('holds messages in their order, leased to their writer, and hands them over after the commit', async () => {
    const handed: string[] = [];
    const ids = ['first', 'second', 'third'].map((name) => `${name}/${randomUUID()}`);
    const uow = database.unitsWith(async (entries) => {
      handed.push(...entries.map(({ message }) => message.start.workflowId));
      const rows = await outboxRows(ids);
      assert.deepEqual(
        rows.map(({ leased, delivered }) => [leased, delivered]),
        ids.map(() => [true, false]),
      );
      return entries.slice(0, 2).map(({ id }) => ({ id, outcome: 'started' as const }));
    });
    const request = { requestId: 'req-9', address: '127.0.0.1' };
    const enqueueAll = async (unit: UnitOfWork) => {
      for (const workflowId of ids) unit.enqueue({ start: { ...start(orgId), workflowId } });
    };
    await uow.write(systemActor(orgId, 'test'), enqueueAll, request);
    assert.deepEqual(handed, ids);
    const rows = await outboxRows(ids);
    assert.deepEqual(
      rows.map((row) => row.workflow_id),
      ids,
    );
    assert.deepEqual(
      rows.map((row) => row.outcome),
      ['started', 'started', null],
    );
    assert.deepEqual(
      rows.map((row) => row.request_id),
      ['req-9', 'req-9', 'req-9'],
    );
  });

  it('does not fail a caller whose rows are committed when marking fails', async () => {
    const marked: unknown[] = [];
    const uow = unitsOfWork({
      db: database.db,
      deliver: () => Promise.resolve([{ id: 'no number', outcome: 'started' as const }]),
      onMarkError: (error) => marked.push(error),
    });
    const value = await uow.write(systemActor(orgId, 'test'), async (unit) => {
      unit.enqueue({ start: start(orgId) });
      return 'done';
    });
    assert.equal(value, 'done');
    assert.equal(marked.length, 1);
  });

  it('needs a tenant', async () => {
    const { uow } = database;
    await assert.rejects(
      uow.write(anonymous, async (unit) => unit.enqueue({ start: start(orgId) })),
      /needs an organisation/,
    );
  });
});
