import { AppError } from '../../core/errors.ts';
import { readinessEstimateSeconds } from '../../domain/workspaces/readiness.ts';
import { isBranchName } from '../../domain/workspaces/test-run.ts';
import { TestRun } from '../../models/test-run.ts';
import { Workspace } from '../../models/workspace.ts';
import { isErrorCode } from './test-runs.ts';

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
  wanted: TaskOfSession,
  missing: 'WORKSPACE_NOT_INITIALIZED' | 'WORKSPACE_UNKNOWN',
): Promise<Workspace> {
  const workspace = await findOpened(wanted);
  if (!workspace) throw new AppError(missing);
  if (workspace.status !== 'ready' || workspace.repositoryState === 'reopening') throw notReady(workspace);
  return workspace;
}

/** As `loadReady`, for a run: GitHub runs nothing in a repository whose session is over. @throws {AppError} SIMULATION_COMPLETED */
export async function loadRunnable(wanted: TaskOfSession): Promise<Workspace> {
  const workspace = await loadReady(wanted, 'WORKSPACE_NOT_INITIALIZED');
  if (workspace.repositoryState !== 'open') throw new AppError('SIMULATION_COMPLETED');
  return workspace;
}

/** The branch that a run is asked for: the one named, else the default one. @throws {AppError} INVALID_BRANCH_NAME */
export function branchToRun({ defaultBranch }: Workspace, named: string | null | undefined): string {
  const branch = named ?? defaultBranch ?? 'main';
  if (!isBranchName(branch)) throw new AppError('INVALID_BRANCH_NAME');
  return branch;
}

/** What a caller is told while the repository is being made. */
function notReady({ initializedAt }: Workspace): AppError {
  const estimateSeconds = readinessEstimateSeconds(Date.now() - (initializedAt?.getTime() ?? Date.now()));
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
export function provisioningFailure(workspace: Workspace): AppError {
  const { errorCode } = workspace;
  if (isErrorCode(errorCode) && /^(GITHUB|TEMPLATE|REPOSITORY)_/.test(errorCode)) return new AppError(errorCode);
  return notReady(workspace);
}
