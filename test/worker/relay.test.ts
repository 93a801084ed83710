import assert from 'node:assert/strict';
import type { Client } from '@temporalio/client';
import { Pool } from 'pg';
import { createLogger } from '../../core/logger.ts';
import { createMetrics, type Metrics } from '../../core/metrics.ts';
import type { WorkflowMessage } from '../../core/outbox.ts';
import { systemActor } from '../../domain/identity/actor.ts';
import { deliverDue } from '../../worker/relay.ts';
import { candidateSessionStart, sessionChangedSignal } from '../../workflows/hiring/candidate-session.contract.ts';
import { resetDatabase, type TestDatabase } from '../support/database.ts';
import { makeOrganization } from '../support/factories-identity.ts';
import { startDevTemporal, type DevTemporal } from '../support/temporal-dev.ts';
import { until } from '../support/temporal-until.ts';

interface OutboxRow {
  readonly workflow_id: string;
  readonly attempts: number;
  readonly last_error: string | null;
  readonly outcome: string | null;
  readonly is_due: boolean;
}

describe('the outbox relay', function () {
  this.timeout(60_000);
  let temporal: DevTemporal;
  let database: TestDatabase;
  let pool: Pool;
  let metrics: Metrics;
  let orgId: string;
  let nextId = 1;

  before(async () => {
    temporal = await startDevTemporal();
  });
  after(() => temporal.stop());
  beforeEach(async () => {
    database = await resetDatabase();
    orgId = (await makeOrganization()).id;
    pool = new Pool({ connectionString: database.systemUrl, max: 4 });
    metrics = createMetrics({ processMetrics: false });
  });
  afterEach(() => pool.end());

  const relay = (): Promise<boolean> =>
    deliverDue({ pool, client: temporal.client, metrics, log: createLogger('test', 'silent') });

  const startMessage = (): WorkflowMessage => ({
    start: candidateSessionStart({ orgId, sessionId: `${Date.now()}${(nextId += 1)}`, generation: 1 }),
  });
  const signalTo = ({ start }: WorkflowMessage): WorkflowMessage => ({ start, signal: { name: sessionChangedSignal } });

  /** Committed by a writer that dies before it delivers. */
  const leave = (...messages: WorkflowMessage[]): Promise<void> =>
    database.uow.write(systemActor(orgId, 'test'), (uow) => {
      for (const message of messages) uow.enqueue(message);
      return Promise.resolve();
    });
  const expireLeases = (): Promise<unknown> =>
    database.rows(`update outbox set lease_until = now() - interval '1 second' where delivered_at is null`);
  const outbox = (): Promise<OutboxRow[]> =>
    database.rows<OutboxRow>(
      `select workflow_id, attempts, last_error, outcome, lease_until < now() as is_due from outbox order by id`,
    );
  const outcomes = async (): Promise<(string | null)[]> => (await outbox()).map(({ outcome }) => outcome);
  async function eventsOf({ start }: WorkflowMessage): Promise<string[]> {
    const { events } = await temporal.client.workflow.getHandle(start.workflowId).fetchHistory();
    return (events ?? []).map(({ eventType }) => String(eventType));
  }
  const countOf = async (outcome: string): Promise<number> =>
    (await metrics.outboxDeliveries.get()).values.find(
      ({ labels }) => labels.outcome === outcome && labels.by === 'relay',
    )?.value ?? 0;

  it('delivers what a writer left behind, once its lease has expired and not before', async () => {
    await leave(startMessage());
    await relay();
    assert.deepEqual(await outcomes(), [null]);
    assert.equal((await metrics.outboxWaiting.get()).values[0]?.value, 1);
    await expireLeases();
    await relay();
    assert.deepEqual(await outcomes(), ['started']);
    assert.equal((await metrics.outboxWaiting.get()).values[0]?.value, 0);
    assert.equal(await countOf('started'), 1);
  });

  it('holds an entry so shortly that a relay that dies makes nobody wait for more than 10 s', async () => {
    await leave(startMessage());
    await expireLeases();
    const held: number[] = [];
    const withDeadline: Client['withDeadline'] = async (deadline, work) => {
      const rows = await database.rows<{ seconds: number }>(
        'select extract(epoch from lease_until - now())::float8 as seconds from outbox',
      );
      held.push(...rows.map(({ seconds }) => seconds), (Number(deadline) - Date.now()) / 1_000);
      return temporal.client.withDeadline(deadline, work);
    };
    const client = Object.create(temporal.client, { withDeadline: { value: withDeadline } }) as Client;
    await deliverDue({ pool, client, metrics, log: createLogger('test', 'silent') });
    const [lease = 0, deadline = 0] = held;
    assert.ok(lease > deadline, 'nor so shortly that another relay takes it while it is delivered');
    assert.ok(lease <= 9, `${lease} s, and a round comes every second`);
    assert.deepEqual(await outcomes(), ['started']);
  });

  it('keeps the order of one workflow: its signal waits until its start is delivered', async () => {
    const message = startMessage();
    await leave(message, signalTo(message), signalTo(message));
    await expireLeases();
    await relay();
    assert.deepEqual(await outcomes(), ['started', null, null]);
    await relay();
    await relay();
    assert.deepEqual(await outcomes(), ['started', 'signalled', 'signalled']);
    const events = await eventsOf(message);
    assert.match(events[0] ?? '', /STARTED|1$/);
    assert.equal(events.filter((type) => /SIGNALED|26$/.test(type)).length, 2);
  });

  it('does not overtake a writer that still holds the older message', async () => {
    const message = startMessage();
    await leave(message);
    await leave(signalTo(message));
    await database.rows(`update outbox set lease_until = now() - interval '1 second' where message ? 'signal'`);
    await relay();
    assert.deepEqual(await outcomes(), [null, null]);
  });

  it('counts a signal to a workflow that has ended as done', async () => {
    const message = startMessage();
    await leave(message);
    await expireLeases();
    await relay();
    await temporal.client.workflow.getHandle(message.start.workflowId).terminate('test');
    await leave(signalTo(message), message);
    await expireLeases();
    await relay();
    await relay();
    assert.deepEqual(await outcomes(), ['started', 'already_closed', 'already_closed']);
  });

  it('goes round a message that Temporal refuses, and tries it later', async () => {
    const message = startMessage();
    const refused = { start: { ...message.start, taskQueue: '' } };
    await leave(refused, startMessage());
    await expireLeases();
    await relay();
    const [bad, good] = await outbox();
    assert.equal(good?.outcome, 'started');
    assert.equal(bad?.attempts, 1);
    assert(bad.last_error);
    assert.equal(bad.is_due, false);
    assert.equal(await countOf('failed'), 1);
  });

  it('shares the work with another relay: each message is handed over by one of them', async () => {
    await leave(...Array.from({ length: 60 }, startMessage));
    await expireLeases();
    while ((await Promise.all([relay(), relay()])).some(Boolean));
    assert.equal((await outcomes()).filter((outcome) => outcome === 'started').length, 60);
    assert.equal(await countOf('started'), 60);
  });

  it('waits out a dead server and delivers when it is back', async () => {
    await leave(startMessage());
    await expireLeases();
    const port = Number(temporal.address.split(':')[1]);
    const dead = temporal;
    await dead.stop();
    await relay();
    const [row] = await outbox();
    assert.equal(row?.attempts, 1);
    assert.equal(row.outcome, null);
    temporal = await startDevTemporal(port);
    await until('the delivery', async () => {
      await expireLeases();
      await relay();
      return (await outcomes())[0] === 'started';
    });
  });
});
