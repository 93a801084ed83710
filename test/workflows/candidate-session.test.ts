import assert from 'node:assert/strict';
import { randomInt, randomUUID } from 'node:crypto';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { ActivityFailure } from '@temporalio/common';
import { AppError } from '../../core/errors.ts';
import { deliverMessage } from '../../core/temporal.ts';
import type { SessionStatus } from '../../domain/hiring/session.ts';
import {
  candidateSessionStart,
  sessionChangedSignal,
  sessionPhaseQuery,
  type SessionPhase,
} from '../../workflows/hiring/candidate-session.contract.ts';
import { startSkippingTemporal, type SkippingTemporal } from '../support/temporal-skipping.ts';
import { stubActivities } from '../support/temporal-stubs.ts';
import { until } from '../support/temporal-until.ts';

const DAY_MS = 24 * 3_600_000;
const WAIT_MS = 5_000;

describe('the candidate session workflow', function () {
  this.timeout(60_000);
  const stubs = stubActivities();
  let temporal: SkippingTemporal;
  let row: { status: SessionStatus; expiresAt: string; generation: number };
  let expiredAt: number; // taken inside the activity: once a workflow has ended, the server's clock leaps on

  before(async () => {
    temporal = await startSkippingTemporal(stubs.activities);
  });
  after(() => temporal.stop());

  const now = (): Promise<number> => temporal.env.currentTimeMs();

  /** A row as the activities see it, on the server's clock. */
  async function makeRow(lifeMs: number): Promise<void> {
    row = { status: 'not_started', expiresAt: new Date((await now()) + lifeMs).toISOString(), generation: 1 };
    stubs.use({
      loadSession: () => row,
      expireIfDue: async () => {
        if (row.status !== 'not_started' && row.status !== 'in_progress') return { outcome: 'ended', ...row };
        expiredAt = await now();
        if (Date.parse(row.expiresAt) > expiredAt) return { outcome: 'not_due', ...row };
        row.status = 'expired';
        return { outcome: 'expired', ...row };
      },
      recordSessionEnded: () => {
        row.status = 'revoked';
      },
    });
  }

  async function start(): Promise<WorkflowHandle> {
    const message = { start: candidateSessionStart({ orgId: randomUUID(), sessionId: newId(), generation: 1 }) };
    assert.equal(await deliverMessage(temporal.env.client, message, WAIT_MS), 'started');
    return temporal.env.client.workflow.getHandle(message.start.workflowId);
  }

  const phaseIs = (handle: WorkflowHandle, phase: SessionPhase): Promise<void> =>
    until(`phase ${phase}`, async () => (await handle.query(sessionPhaseQuery)) === phase);

  const newId = (): string => String(randomInt(2 ** 40));

  async function claim(handle: WorkflowHandle): Promise<void> {
    Object.assign(row, { status: 'in_progress', expiresAt: new Date((await now()) + 5 * DAY_MS).toISOString() });
    await handle.signal(sessionChangedSignal);
    await phaseIs(handle, 'in_progress');
  }

  /** On the server's clock; nothing but the deadline's timer lies within a day of it. */
  function assertJustAfter(deadline: string): void {
    const lateMs = expiredAt - Date.parse(deadline);
    assert(lateMs >= 0 && lateMs < DAY_MS, `expired ${lateMs} ms after the deadline`);
  }

  it('expires an invite that nobody claims, when its life ends and not before', async () => {
    await makeRow(14 * DAY_MS);
    const handle = await start();
    assert.deepEqual(await handle.result(), { status: 'expired' });
    assertJustAfter(row.expiresAt);
    assert.deepEqual(stubs.called(), ['loadSession', 'expireIfDue']);
  });

  it('re-arms for the work window when the candidate claims, and completes when told', async () => {
    await makeRow(14 * DAY_MS);
    const handle = await start();
    await temporal.env.sleep('13 days');
    await claim(handle);
    await temporal.env.sleep('4 days');
    assert.equal(row.status, 'in_progress');
    row.status = 'completed';
    await handle.signal(sessionChangedSignal);
    assert.deepEqual(await handle.result(), { status: 'completed' });
    assert.equal(await handle.query(sessionPhaseQuery), 'completed');
    assert(!stubs.called().includes('expireIfDue'));
  });

  it('expires five days after the claim', async () => {
    await makeRow(14 * DAY_MS);
    const handle = await start();
    await temporal.env.sleep('1 day');
    await claim(handle);
    assert.deepEqual(await handle.result(), { status: 'expired' });
    assertJustAfter(row.expiresAt);
  });

  it('looks again when the deadline was moved without a word', async () => {
    await makeRow(DAY_MS);
    const handle = await start();
    await until('the row is loaded', () => stubs.calls.length === 1);
    row.expiresAt = new Date((await now()) + 3 * DAY_MS).toISOString();
    assert.deepEqual(await handle.result(), { status: 'expired' });
    assert.deepEqual(stubs.called(), ['loadSession', 'expireIfDue', 'expireIfDue']);
  });

  it('waits past the deadline for a submission in flight, looking every minute', async () => {
    await makeRow(DAY_MS);
    let looks = 0;
    const inFlight = (): object => ({ outcome: 'submission_in_flight', ...row });
    stubs.use({
      loadSession: () => row,
      expireIfDue: async () => {
        expiredAt = await now();
        return (looks += 1) < 4 ? inFlight() : { outcome: 'expired', ...row, status: 'expired' };
      },
    });
    const handle = await start();
    assert.deepEqual(await handle.result(), { status: 'expired' });
    assert.equal(looks, 4);
    assert(expiredAt - Date.parse(row.expiresAt) >= 3 * 60_000);
    assertJustAfter(row.expiresAt);
  });

  it('hears at once that the submission in flight has completed the session', async () => {
    await makeRow(DAY_MS);
    stubs.use({ loadSession: () => row, expireIfDue: () => ({ outcome: 'submission_in_flight', ...row }) });
    const handle = await start();
    await temporal.env.sleep(DAY_MS + 1_000);
    await phaseIs(handle, 'submission_in_flight');
    row.status = 'completed';
    await handle.signal(sessionChangedSignal);
    assert.deepEqual(await handle.result(), { status: 'completed' });
  });

  it('expires at once when told that the submission in flight came to nothing', async () => {
    await makeRow(DAY_MS);
    let looks = 0;
    stubs.use({
      loadSession: () => row,
      expireIfDue: async () => {
        expiredAt = await now();
        looks += 1;
        return looks === 1
          ? { outcome: 'submission_in_flight', ...row }
          : { outcome: 'expired', ...row, status: 'expired' };
      },
    });
    const handle = await start();
    await temporal.env.sleep(DAY_MS + 1_000);
    await phaseIs(handle, 'submission_in_flight');
    await handle.signal(sessionChangedSignal);
    assert.deepEqual(await handle.result(), { status: 'expired' });
    assert(expiredAt - Date.parse(row.expiresAt) < 30_000, 'without waiting for the next minute');
    assert.deepEqual(stubs.called(), ['loadSession', 'expireIfDue', 'loadSession', 'expireIfDue']);
  });

  it('takes signals that come early, doubled or with the start for what they are: reasons to look', async () => {
    await makeRow(DAY_MS);
    const message = {
      start: candidateSessionStart({ orgId: randomUUID(), sessionId: newId(), generation: 1 }),
      signal: { name: sessionChangedSignal },
    };
    const { client } = temporal.env;
    for (let i = 0; i < 3; i += 1) assert.equal(await deliverMessage(client, message, WAIT_MS), 'signalled');
    assert.deepEqual(await client.workflow.getHandle(message.start.workflowId).result(), { status: 'expired' });
    assert.equal(stubs.called().filter((name) => name === 'expireIfDue').length, 1);
  });

  it('is one clock per life: a second start joins it, one after its end is refused', async () => {
    await makeRow(DAY_MS);
    const handle = await start();
    const again = {
      start: {
        ...candidateSessionStart({ orgId: randomUUID(), sessionId: '0', generation: 1 }),
        workflowId: handle.workflowId,
      },
    };
    const { client } = temporal.env;
    assert.equal(await deliverMessage(client, again, WAIT_MS), 'started');
    await handle.result();
    assert.equal(await deliverMessage(client, again, WAIT_MS), 'already_closed');
    const told = { ...again, signal: { name: sessionChangedSignal } };
    assert.equal(await deliverMessage(client, told, WAIT_MS), 'already_closed');
    assert.equal(stubs.called().filter((name) => name === 'loadSession').length, 1);
  });

  it('revokes the session when an operator cancels it', async () => {
    await makeRow(DAY_MS);
    const handle = await start();
    await phaseIs(handle, 'not_started'); // with an activity in hand, this server's clock would stay locked
    await handle.cancel();
    await assert.rejects(handle.result(), WorkflowFailedError);
    assert.equal((await handle.describe()).status.name, 'CANCELLED');
    assert.equal(row.status, 'revoked');
    assert.deepEqual(stubs.called(), ['loadSession', 'recordSessionEnded']);
  });

  it('fails for good, and records nothing, when the row is gone or in another life', async () => {
    for (const error of [new AppError('CANDIDATE_SESSION_NOT_FOUND'), new AppError('CONFLICT', 'in life 2, not 1')]) {
      stubs.use({
        loadSession: () => {
          throw error;
        },
      });
      const handle = await start();
      await assert.rejects(handle.result(), (thrown: unknown) => {
        assert(thrown instanceof WorkflowFailedError);
        assert(thrown.cause instanceof ActivityFailure);
        assert.equal(thrown.cause.cause?.message, error.message);
        return true;
      });
      assert.deepEqual(stubs.called(), ['loadSession']);
    }
  });

  it('outlives a database that is away for hours', async () => {
    await makeRow(DAY_MS);
    let failures = 0;
    stubs.use({
      loadSession: () => row,
      expireIfDue: async () => {
        expiredAt = await now();
        if ((failures += 1) <= 200) throw new Error('connection refused');
        return { outcome: 'expired', ...row, status: 'expired' };
      },
    });
    const handle = await start();
    assert.deepEqual(await handle.result(), { status: 'expired' });
    assert(expiredAt - Date.parse(row.expiresAt) > 3_600_000);
  });
});
