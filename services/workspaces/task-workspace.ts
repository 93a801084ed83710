import { AppError } from '../../core/errors.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { GithubBudget } from '../../domain/github/write-limits.ts';
import type { CandidateActor } from '../../domain/identity/actor.ts';
import { readinessEstimateSeconds } from '../../domain/workspaces/readiness.ts';
import { isBranchName } from '../../domain/workspaces/test-run.ts';
import { TestRun } from '../../models/test-run.ts';
import { Workspace } from '../../models/workspace.ts';
import { turnWaitMs } from '../github/turn-estimate.ts';
import { isErrorCode } from './test-runs.ts';
import { dispatchKey, generateKey } from './turn-keys.ts';

export interface TaskOfSession {
  readonly sessionId: string;
  readonly taskId: string;
}

/** The workspace that the candidate has opened; one made ahead, or one that could not be made, is not theirs yet. */
export async function findOpened({ sessionId, taskId }: TaskOfSession): Promise<Workspace | null> {
  const workspace = await Workspace.findOne({ where: { candidateSessionId: sessionId, taskId } });
  return workspace && workspace.initializedAt !== null && workspace.status !== 'failed' ? workspace : null;
}

/** As `findOpened`. @throws {AppError} with `missing`; WORKSPACE_NOT_READY while the repository is being made, or opened again */
export async function loadReady(
  uow: UnitOfWork<CandidateActor>,
  wanted: TaskOfSession & { readonly budget: GithubBudget },
  missing: 'WORKSPACE_NOT_INITIALIZED' | 'WORKSPACE_UNKNOWN',
): Promise<Workspace> {
  const workspace = await findOpened(wanted);
  if (!workspace) throw new AppError(missing);
  if (workspace.status !== 'ready' || workspace.repositoryState === 'reopening') {
    throw await notReady(uow, workspace, wanted.budget);
  }
  return workspace;
}

/** As `loadReady`, for a run: GitHub runs nothing in a repository whose session is over. @throws {AppError} SIMULATION_COMPLETED */
export async function loadRunnable(
  uow: UnitOfWork<CandidateActor>,
  wanted: TaskOfSession & { readonly budget: GithubBudget },
): Promise<Workspace> {
  const workspace = await loadReady(uow, wanted, 'WORKSPACE_NOT_INITIALIZED');
  if (workspace.repositoryState !== 'open') throw new AppError('SIMULATION_COMPLETED');
  return workspace;
}

/** The branch that a run is asked for: the one named, else the default one. @throws {AppError} INVALID_BRANCH_NAME */
export function branchToRun({ defaultBranch }: Workspace, named: string | null | undefined): string {
  const branch = named ?? defaultBranch ?? 'main';
  if (!isBranchName(branch)) throw new AppError('INVALID_BRANCH_NAME');
  return branch;
}

/** What a caller is told while the repository is being made, or waits for its turn to be. */
async function notReady(
  uow: UnitOfWork<CandidateActor>,
  { id, initializedAt }: Workspace,
  budget: GithubBudget,
): Promise<AppError> {
  const waitMs = await turnWaitMs(uow, budget, generateKey(id));
  const estimateSeconds = readinessEstimateSeconds(Date.now() - (initializedAt?.getTime() ?? Date.now()), waitMs);
  return new AppError('WORKSPACE_NOT_READY', undefined, {
    retryAfterSeconds: estimateSeconds,
    extra: { estimateSeconds },
  });
}

/** A workspace as it is now. */
export function readWorkspace(id: string): Promise<Workspace> {
  return Workspace.findByPk(id, { rejectOnEmpty: true });
}

/** The run that was last taken by GitHub, or null. */
export async function findLastRun({ lastRunId }: Workspace): Promise<TestRun | null> {
  return lastRunId === null ? null : TestRun.findByPk(lastRunId);
}

/** What a caller is told when the repository could not be made, or not yet; asking again begins anew. */
export async function whyNotReady(
  uow: UnitOfWork<CandidateActor>,
  workspace: Workspace,
  budget: GithubBudget,
): Promise<AppError> {
  const { errorCode } = workspace;
  if (isErrorCode(errorCode) && /^(GITHUB|TEMPLATE|REPOSITORY)_/.test(errorCode)) return new AppError(errorCode);
  return notReady(uow, workspace, budget);
}

/** What a caller is told while GitHub does not have the run yet: when its turn comes, if it waits for one. */
export async function notStarted(
  uow: UnitOfWork<CandidateActor>,
  runId: string,
  budget: GithubBudget,
): Promise<AppError> {
  const waitMs = await turnWaitMs(uow, budget, dispatchKey(runId));
  return new AppError('TEST_RUN_QUEUED', undefined, { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1_000)) });
}
