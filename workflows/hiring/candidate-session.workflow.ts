import {
  CancellationScope,
  condition,
  defineQuery,
  defineSignal,
  isCancellation,
  patched,
  proxyActivities,
  setHandler,
} from '@temporalio/workflow';
import type { hiringActivities } from '../../activities/hiring.ts';
import { lookFor, nextLookMs } from '../../domain/hiring/clock.ts';
import { nextReminderMs } from '../../domain/hiring/reminders.ts';
import { isOpen } from '../../domain/hiring/session.ts';
import { taskQueues } from '../queues.contract.ts';
import {
  sessionChangedSignal,
  sessionPhaseQuery,
  type CandidateSessionInput,
  type CandidateSessionResult,
  type SessionPhase,
} from './candidate-session.contract.ts';

const db = proxyActivities<ReturnType<typeof hiringActivities>>({
  taskQueue: taskQueues.db,
  startToCloseTimeout: '10s', // one unit of work; after a worker's death this is how long a candidate waits for the clock
  // For ever: the database may be away for a night, and the deadline has to be written when it is back.
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '30s' },
});

/**
 * The clock of one life of a candidate session. The row decides: at a reminder's time, at the deadline, and
 * whenever it is told of a change, it reads the row again and re-arms. Fails for good when the row is gone or in another life; cancelling it revokes the session.
 */
export async function candidateSessionWorkflow(input: CandidateSessionInput): Promise<CandidateSessionResult> {
  let phase: SessionPhase = 'loading';
  let changes = 0;
  setHandler(defineQuery<SessionPhase>(sessionPhaseQuery), () => phase);
  setHandler(defineSignal(sessionChangedSignal), () => {
    changes += 1;
  });
  try {
    let seen = changes;
    let clock = await db.loadSession(input);
    let submissionInFlight = false;
    while (isOpen(clock.status)) {
      phase = submissionInFlight ? 'submission_in_flight' : clock.status;
      // A life whose clock was last read before there were reminders has them from its next look on.
      const remindAtMs = patched('reminders') ? nextReminderMs(clock) : undefined;
      const lookMs = nextLookMs({ expiresAt: clock.expiresAt, submissionInFlight, remindAtMs }, Date.now());
      const told = await condition(() => changes > seen, lookMs);
      seen = changes; // before the row is read: what changes during the read causes another
      const look = lookFor({ told, remindAtMs }, Date.now());
      if (look === 'reminder') {
        const { status, expiresAt, readAt } = clock;
        clock = await db.remindIfDue({ ...input, armed: { status, expiresAt, readAt } });
      } else if (look === 'change') {
        clock = await db.loadSession(input);
        submissionInFlight = false; // perhaps it has ended: the deadline is looked at again at once
      } else {
        const verdict = await db.expireIfDue(input);
        submissionInFlight = verdict.outcome === 'submission_in_flight';
        clock = verdict;
      }
    }
    phase = clock.status;
    return { status: clock.status };
  } catch (error) {
    // Any other failure means that the row is gone or lives on under another clock: there is nothing to record.
    if (isCancellation(error)) {
      await CancellationScope.nonCancellable(() => db.recordSessionEnded({ ...input, reason: CANCELLED }));
      phase = 'revoked';
    }
    throw error;
  }
}

const CANCELLED = 'Cancelled by an operator';
