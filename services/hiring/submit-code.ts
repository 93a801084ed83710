import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { GithubBudget } from '../../domain/github/write-limits.ts';
import type { CandidateActor } from '../../domain/identity/actor.ts';
import { Submission } from '../../models/submission.ts';
import { TestRun } from '../../models/test-run.ts';
import { sessionRef } from '../../workflows/hiring/candidate-session.contract.ts';
import { branchToRun, loadRunnable } from '../workspaces/task-workspace.ts';
import { startRun } from '../workspaces/test-runs.ts';
import type { CandidateTask } from './session-access.ts';
import { assertTurn } from './turn-in.ts';

export interface CodeTurnIn {
  readonly branch: string | undefined;
  readonly inputs: Readonly<Record<string, string>>;
  readonly graceMs: number;
  readonly budget: GithubBudget;
}

export interface SubmissionRun {
  readonly runId: string;
  /** Another request's submission of this task is already under way. */
  readonly joined: boolean;
}

/**
 * Starts the run that the submission will show, always a fresh one. The session's row is locked by the caller.
 * @throws {AppError} SUBMISSION_CONFLICT, SIMULATION_COMPLETED, TASK_OUT_OF_ORDER, WORKSPACE_NOT_INITIALIZED,
 * WORKSPACE_NOT_READY, INVALID_BRANCH_NAME
 */
export async function startSubmissionRun(
  uow: UnitOfWork<CandidateActor>,
  found: CandidateTask,
  { branch, inputs, graceMs, budget }: CodeTurnIn,
): Promise<SubmissionRun> {
  assertTurn(found);
  const { session, task } = found;
  const workspace = await loadRunnable(uow, { sessionId: session.id, taskId: task.id, budget });
  const { run, started } = await startRun(uow, {
    workspace,
    branch: branchToRun(workspace, branch),
    inputs,
    purpose: 'submission',
    graceMs,
    ref: sessionRef(session.id),
  });
  return { runId: run.id, joined: !started };
}

/** A submission's run, and the submission once it is stored: when GitHub has taken the run. */
export interface RunAndSubmission {
  readonly run: TestRun;
  readonly submission: Submission | null;
}

/** Both as they are now. */
export async function lookAtSubmission(runId: string): Promise<RunAndSubmission> {
  const run = await TestRun.findByPk(runId, { rejectOnEmpty: true });
  return { run, submission: await Submission.findOne({ where: { testRunId: runId } }) };
}
