import type { UnitOfWork } from '../../core/unit-of-work.ts';
import { rowsOf } from '../../core/database.ts';
import { CandidateSession } from '../../models/candidate-session.ts';
import { Submission } from '../../models/submission.ts';
import type { TestRun } from '../../models/test-run.ts';
import type { RunEvidence } from '../workspaces/run-records.ts';
import { withdrawAccess } from '../workspaces/withdraw-access.ts';
import { auditTurnIn, completeIfDone } from './turn-in.ts';
import { signalSessionChanged } from './session-signals.ts';
import { timeFor, withTime } from './session-time.ts';

/**
 * Stores the submission that a run belongs to: when GitHub has taken the run, or when the candidate has waited long enough.
 * Once, whoever comes first. The turn-in counts from when it was asked for, so a deadline in between does not undo it.
 */
export async function storeRunSubmission(uow: UnitOfWork, run: TestRun): Promise<Submission | null> {
  if (run.purpose !== 'submission' || run.candidateSessionId === null || run.taskId === null) return null;
  const session = await CandidateSession.findByPk(run.candidateSessionId, { lock: true, rejectOnEmpty: true });
  const inserted = await rowsOf<{ id: string }>(
    uow.db,
    `insert into submissions (org_id, simulation_id, candidate_session_id, task_id, workspace_id, test_run_id, submitted_at)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (org_id, candidate_session_id, task_id) do nothing
     returning id`,
    [uow.actor.orgId, session.simulationId, session.id, run.taskId, run.workspaceId, run.id, run.requestedAt],
  );
  if (!inserted[0]) return null;
  const submission = await Submission.findByPk(inserted[0].id, { rejectOnEmpty: true });
  auditTurnIn(uow, submission);
  await withdrawAccess(uow, { sessionId: session.id, taskId: run.taskId });
  await completeIfDone(uow, session);
  return submission;
}

/** Completes the stored submission with what its run found, and tells the session's clock that it may go on. */
export async function completeRunSubmission(uow: UnitOfWork, run: TestRun, evidence: RunEvidence): Promise<void> {
  if (run.purpose !== 'submission' || run.candidateSessionId === null) return;
  await storeRunSubmission(uow, run);
  const submission = await Submission.findOne({ where: { testRunId: run.id }, lock: true });
  if (submission) {
    await submission.update(evidence);
    uow.audit({
      action: 'submission.tested',
      resource: { type: 'submission', id: submission.id },
      after: { testRunId: run.id, status: run.status, commitSha: evidence.commitSha },
    });
  }
  await tellClock(uow, run.candidateSessionId);
}

/** A run that never reached GitHub leaves nothing behind; one that did keeps its submission, with the run's error. */
export async function settleFailedRun(uow: UnitOfWork, run: TestRun): Promise<void> {
  if (run.purpose !== 'submission' || run.candidateSessionId === null) return;
  await tellClock(uow, run.candidateSessionId);
}

/** A clock that found a submission in flight at the deadline waits for this. */
async function tellClock(uow: UnitOfWork, sessionId: string): Promise<void> {
  const session = await CandidateSession.findByPk(sessionId, { rejectOnEmpty: true, ...withTime });
  if (session.status !== 'in_progress') return;
  if (session.expiresAt <= (await timeFor(uow, session))) signalSessionChanged(uow, session);
}
