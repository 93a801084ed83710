import assert from 'node:assert/strict';
import { randomInt, randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { deliverMessage } from '../../core/temporal.ts';
import { dueReminder, type ClockReading } from '../../domain/hiring/reminders.ts';
import { isOpen, type SessionStatus } from '../../domain/hiring/session.ts';
import {
  candidateSessionStart,
  sessionChangedSignal,
  sessionPhaseQuery,
} from '../../workflows/hiring/candidate-session.contract.ts';
import { startSkippingTemporal, type SkippingTemporal } from '../support/temporal-skipping.ts';
import { stubActivities } from '../support/temporal-stubs.ts';
import { until } from '../support/temporal-until.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

interface Event {
  readonly what: string;
  /** Before the clock's end as it was then. */
  readonly hoursLeft: number;
}

// When the workflow looks: what is due is the activity's to say, and is proved on real rows in test/activities and five-days.
describe('the candidate session workflow’s reminders', function () {
  this.timeout(60_000);
  const stubs = stubActivities();
  let temporal: SkippingTemporal;
  let row: { status: SessionStatus; expiresAt: string; generation: number };
  let happened: Event[];

  before(async () => {
    temporal = await startSkippingTemporal(stubs.activities);
  });
  after(() => temporal.stop());

  const now = (): Promise<number> => temporal.env.currentTimeMs();
  const end = async (inMs: number): Promise<string> => new Date((await now()) + inMs).toISOString();

  /** The row as it is, read on the server's clock. */
  const read = async (): Promise<ClockReading & { generation: number }> => ({ ...row, readAt: await end(0) });

  function note(what: string, { expiresAt, readAt }: ClockReading): void {
    happened.push({ what, hoursLeft: Math.round((Date.parse(expiresAt) - Date.parse(readAt)) / HOUR_MS) + 0 }); // no -0
  }

  async function start(lifeMs: number): Promise<WorkflowHandle> {
    happened = [];
    row = { status: 'not_started', expiresAt: await end(lifeMs), generation: 1 };
    stubs.use({
      loadSession: read,
      remindIfDue: async ({ armed }: { armed: ClockReading }) => {
        const clock = await read();
        const kind = dueReminder(armed, clock);
        if (kind) note(kind, clock);
        return clock;
      },
      expireIfDue: async () => {
        const clock = await read();
        if (!isOpen(row.status)) return { outcome: 'ended', ...clock };
        if (Date.parse(row.expiresAt) > Date.parse(clock.readAt)) return { outcome: 'not_due', ...clock };
        note('expired', clock);
        row.status = 'expired';
        return { ...clock, outcome: 'expired', status: 'expired' };
      },
    });
    const sessionId = String(randomInt(2 ** 40));
    const message = { start: candidateSessionStart({ orgId: randomUUID(), sessionId, generation: 1 }) };
    await deliverMessage(temporal.env.client, message, 5_000);
    return temporal.env.client.workflow.getHandle(message.start.workflowId);
  }

  /** Changes the row as a command does, and tells. */
  async function change(handle: WorkflowHandle, fields: Partial<typeof row>): Promise<void> {
    Object.assign(row, fields);
    const loads = stubs.called().filter((name) => name === 'loadSession').length;
    await handle.signal(sessionChangedSignal);
    await until('it reads again', () => stubs.called().filter((name) => name === 'loadSession').length > loads);
    if (isOpen(row.status)) await until('it waits', async () => (await handle.query(sessionPhaseQuery)) === row.status);
  }

  const invited = [
    { what: 'invite_ends_72h', hoursLeft: 72 },
    { what: 'invite_ends_24h', hoursLeft: 24 },
    { what: 'expired', hoursLeft: 0 },
  ];
  const working = [
    { what: 'work_ends_24h', hoursLeft: 24 },
    { what: 'work_ends_2h', hoursLeft: 2 },
    { what: 'expired', hoursLeft: 0 },
  ];

  it('come once each before an invite expires, and cost one look each', async () => {
    const handle = await start(14 * DAY_MS);
    assert.deepEqual(await handle.result(), { status: 'expired' });
    assert.deepEqual(happened, invited);
    assert.deepEqual(stubs.called(), ['loadSession', 'remindIfDue', 'remindIfDue', 'expireIfDue']);
  });

  it('follow the clock to the work window when the invite is claimed', async () => {
    const handle = await start(14 * DAY_MS);
    await temporal.env.sleep('12 days');
    await change(handle, { status: 'in_progress', expiresAt: await end(5 * DAY_MS) });
    await handle.result();
    assert.deepEqual(happened, [invited[0], ...working]);
  });

  it('follow a clock that was moved, forth and back, and skip what has passed', async () => {
    const handle = await start(14 * DAY_MS);
    await temporal.env.sleep('10 days');
    await change(handle, { expiresAt: await end(30 * DAY_MS) });
    await temporal.env.sleep('20 days');
    assert.deepEqual(happened, []);
    await change(handle, { expiresAt: await end(30 * HOUR_MS) });
    await handle.result();
    assert.deepEqual(happened, invited.slice(1));
  });

  it('follow a clock that was moved without a word', async () => {
    const handle = await start(14 * DAY_MS);
    await until('the row is loaded', () => stubs.calls.length === 1);
    row.expiresAt = await end(20 * DAY_MS);
    await handle.result();
    assert.deepEqual(happened, invited);
    assert.equal(stubs.called().filter((name) => name === 'remindIfDue').length, 3);
  });

  for (const status of ['completed', 'revoked'] as const) {
    it(`never come once the session is ${status}`, async () => {
      const handle = await start(14 * DAY_MS);
      await temporal.env.sleep(12 * DAY_MS);
      await change(handle, { status });
      assert.deepEqual(await handle.result(), { status });
      await temporal.env.sleep('10 days');
      assert.deepEqual(happened, invited.slice(0, 1));
    });
  }

  it('are not lost to a change that is told in the same moment', async () => {
    const handle = await start(14 * DAY_MS);
    await until('the row is loaded', () => stubs.calls.length === 1);
    await temporal.env.sleep(11 * DAY_MS - 60_000);
    await Promise.all([temporal.env.sleep(60_000), handle.signal(sessionChangedSignal)]);
    await handle.result();
    assert.deepEqual(happened, invited);
  });
});
