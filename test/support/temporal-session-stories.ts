import { AppError } from '../../core/errors.ts';
import type { WorkflowStart } from '../../core/outbox.ts';
import { candidateSessionStart, sessionChangedSignal } from '../../workflows/hiring/candidate-session.contract.ts';
import { begin, end, phaseIs, storyOrgId as orgId, type Story } from './temporal-story.ts';
import { until } from './temporal-until.ts';

let counted = 0;
const sessionStart = (): WorkflowStart =>
  candidateSessionStart({ orgId, sessionId: String((counted += 1)), generation: 1 });

/** A session's row: claimed, told, and whatever the deadline brings. */
function sessionRow(lifeMs: number) {
  const row = { status: 'not_started', expiresAt: new Date(Date.now() + lifeMs).toISOString(), generation: 1 };
  return { row, loadSession: () => row, recordSessionEnded: () => undefined };
}

/** The same, for a life with reminders: the first one comes at once. */
function remindedRow() {
  const { row, recordSessionEnded } = sessionRow(24 * 3_600_000 + 1_500);
  const read = (): object => ({ ...row, readAt: new Date().toISOString() });
  return { row, read, stubs: { loadSession: read, remindIfDue: read, recordSessionEnded } };
}

/** Ways through a candidate session's clock. */
export const sessionStories: readonly Story[] = [
  {
    name: 'candidate-session-reminded-and-completed',
    async play(stage) {
      const { row, stubs } = remindedRow();
      stage.stubs.use(stubs);
      const handle = await begin(stage, sessionStart());
      await until('the reminder', () => stage.stubs.called().includes('remindIfDue'));
      Object.assign(row, { status: 'in_progress', expiresAt: new Date(Date.now() + 5 * 86_400_000).toISOString() });
      await handle.signal(sessionChangedSignal);
      await phaseIs(handle, 'phase', 'in_progress');
      row.status = 'completed';
      await handle.signal(sessionChangedSignal);
      return end(handle);
    },
  },
  {
    name: 'candidate-session-reminded-and-expired',
    async play(stage) {
      const { row, read, stubs } = remindedRow();
      stage.stubs.use({
        ...stubs,
        expireIfDue: () => {
          row.status = 'expired';
          return { outcome: 'expired', ...read() };
        },
      });
      const handle = await begin(stage, sessionStart());
      await until('the reminder', () => stage.stubs.called().includes('remindIfDue'));
      row.expiresAt = new Date(Date.now() + 1_500).toISOString();
      await handle.signal(sessionChangedSignal);
      return end(handle);
    },
  },
  {
    name: 'candidate-session-completed',
    async play(stage) {
      const { row, ...stubs } = sessionRow(3_600_000);
      stage.stubs.use(stubs);
      const handle = await begin(stage, sessionStart());
      for (const status of ['not_started', 'in_progress']) {
        await phaseIs(handle, 'phase', status);
        row.status = status === 'not_started' ? 'in_progress' : 'completed';
        await handle.signal(sessionChangedSignal);
      }
      return end(handle);
    },
  },
  {
    name: 'candidate-session-expired-after-a-submission-in-flight',
    async play(stage) {
      const { row, ...stubs } = sessionRow(1_500);
      let looks = 0;
      stage.stubs.use({
        ...stubs,
        expireIfDue: () => {
          const outcome = ['not_due', 'submission_in_flight', 'expired'][looks] ?? 'ended';
          looks += 1;
          if (outcome === 'expired') row.status = 'expired';
          return { outcome, ...row };
        },
      });
      const handle = await begin(stage, sessionStart());
      await phaseIs(handle, 'phase', 'submission_in_flight');
      await handle.signal(sessionChangedSignal);
      return end(handle);
    },
  },
  {
    name: 'candidate-session-cancelled',
    async play(stage) {
      stage.stubs.use(sessionRow(3_600_000));
      const handle = await begin(stage, sessionStart());
      await phaseIs(handle, 'phase', 'not_started');
      await handle.cancel();
      return end(handle);
    },
  },
  {
    name: 'candidate-session-cancelled-while-it-reads',
    async play(stage) {
      let goOn: () => void = () => undefined;
      const held = new Promise<void>((resolve) => (goOn = resolve));
      const { row, recordSessionEnded } = sessionRow(3_600_000);
      stage.stubs.use({ recordSessionEnded, loadSession: () => held.then(() => row) });
      const handle = await begin(stage, sessionStart());
      await until('it reads', () => stage.stubs.calls.length > 0);
      await handle.cancel();
      await end(handle);
      goOn();
      return handle;
    },
  },
  {
    name: 'candidate-session-without-a-row',
    async play(stage) {
      stage.stubs.use({
        loadSession: () => {
          throw new AppError('CANDIDATE_SESSION_NOT_FOUND');
        },
      });
      return end(await begin(stage, sessionStart()));
    },
  },
];
