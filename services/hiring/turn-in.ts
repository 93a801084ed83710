import { AppError } from '../../core/errors.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import { decideTurn, isTurnInComplete } from '../../domain/hiring/turn-in.ts';
import type { CandidateSession } from '../../models/candidate-session.ts';
import { Submission } from '../../models/submission.ts';
import { closeWorkspaces } from '../workspaces/closing.ts';
import type { CandidateTask } from './session-access.ts';
import { loadProgress } from './session-access.ts';
import { tellRecruiter } from './session-mails.ts';
import { signalSessionChanged } from './session-signals.ts';

/** @throws {AppError} SUBMISSION_CONFLICT, SIMULATION_COMPLETED, TASK_OUT_OF_ORDER */
export function assertTurn({ tasks, submitted, task }: CandidateTask): void {
  switch (decideTurn(tasks, submitted, task.id)) {
    case 'already_submitted':
      throw new AppError('SUBMISSION_CONFLICT');
    case 'all_done':
      throw new AppError('SIMULATION_COMPLETED');
    case 'out_of_order':
      throw new AppError('TASK_OUT_OF_ORDER');
    case 'ok':
  }
}

/** Hands in a text task; the session's row is locked by the caller. */
export async function submitText(
  uow: UnitOfWork,
  found: CandidateTask,
  contentText: string | undefined,
): Promise<Submission> {
  assertTurn(found);
  if (contentText === undefined || !isTurnInComplete(found.task.type, contentText)) {
    throw new AppError('CONTENT_REQUIRED');
  }
  const { session, task } = found;
  const submission = await Submission.create({
    orgId: session.orgId,
    simulationId: session.simulationId,
    candidateSessionId: session.id,
    taskId: task.id,
    contentText,
    submittedAt: new Date(),
  });
  auditTurnIn(uow, submission);
  await completeIfDone(uow, session);
  return submission;
}

/** A submission of the tenant. */
export function readSubmission(id: string): Promise<Submission> {
  return Submission.findByPk(id, { rejectOnEmpty: true });
}

export function auditTurnIn(uow: UnitOfWork, { id, candidateSessionId, taskId, testRunId }: Submission): void {
  uow.audit({
    action: 'submission.created',
    resource: { type: 'submission', id },
    after: { candidateSessionId, taskId, ...(testRunId !== null && { testRunId }) },
  });
}

/** With the last submission the session is completed, and its clock is told; the row is locked by the caller. */
export async function completeIfDone(uow: UnitOfWork, session: CandidateSession): Promise<void> {
  if (session.status !== 'in_progress') return;
  const { tasks, submitted } = await loadProgress(session);
  if (!tasks.every(({ id }) => submitted.has(id))) return;
  await session.update({ status: 'completed', completedAt: new Date() });
  uow.audit({
    action: 'candidate_session.completed',
    resource: { type: 'candidate_session', id: session.id },
    after: { completedAt: session.completedAt?.toISOString() },
  });
  await closeWorkspaces(uow, session.id);
  await tellRecruiter(uow, session, 'session_completed');
  uow.notify(`session:${session.id}`);
  signalSessionChanged(uow, session);
}
