import { AppError } from '../../core/errors.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { DiffSummary } from '../../domain/workspaces/diff-summary.ts';
import type { FinishedRun, RunStatus } from '../../domain/workspaces/test-run.ts';
import {
  artifactErrorCode,
  countsAreSane,
  runStatus,
  type ArtifactVerdict,
} from '../../domain/workspaces/test-results.ts';
import { keepableOutput, outputLimits } from '../../domain/workspaces/text.ts';
import { CandidateSession } from '../../models/candidate-session.ts';
import { TestRun } from '../../models/test-run.ts';
import { Workspace } from '../../models/workspace.ts';
import { lookAgain } from './closing.ts';
import { REASON_LENGTH } from './provisioning-records.ts';
import { recordRunHead } from './pushes.ts';
import { runTopic } from './test-runs.ts';

/** What is known of the code that a run tested. */
export interface RunEvidence {
  readonly commitSha: string | null;
  readonly diffSummary: DiffSummary | null;
  readonly diffErrorCode: string | null;
}

/** Told, in the same unit of work, what becomes of the runs that were started for it. */
export interface RunOwner {
  /** GitHub has taken the run. */
  dispatched(uow: UnitOfWork, run: TestRun): Promise<unknown>;
  finished(uow: UnitOfWork, run: TestRun, evidence: RunEvidence): Promise<unknown>;
  /** It will have no result. */
  failed(uow: UnitOfWork, run: TestRun): Promise<unknown>;
}

/** Who else must know; a run that the candidate asked for belongs to nobody else. */
export interface RunOwners {
  readonly submission: RunOwner;
}

export interface RunAtWork {
  readonly run: TestRun;
  readonly workspace: Workspace;
}

/** @throws {AppError} RUN_NOT_FOUND */
export async function loadRun(runId: string, lock = false): Promise<RunAtWork> {
  const run = await TestRun.findOne({ where: { id: runId }, lock });
  if (!run) throw new AppError('RUN_NOT_FOUND', `Test run ${runId} not found`);
  const workspace = await Workspace.findByPk(run.workspaceId, { rejectOnEmpty: true });
  return { run, workspace };
}

/** GitHub has taken it: `queued` becomes `running`, once. @throws {AppError} CONFLICT when it has ended meanwhile */
export async function recordDispatched(
  uow: UnitOfWork,
  owners: RunOwners,
  { runId, githubRunId }: { readonly runId: string; readonly githubRunId: string },
): Promise<void> {
  const { run, workspace } = await lockRun(runId);
  if (run.githubRunId === githubRunId) return;
  if (run.status !== 'queued') throw new AppError('CONFLICT', `Test run ${runId} is ${run.status} already`);
  await run.update({ status: 'running', githubRunId, dispatchedAt: new Date() });
  await workspace.update({ lastRunId: run.id });
  if (run.purpose === 'submission') await owners.submission.dispatched(uow, run);
  uow.audit({ action: 'test_run.dispatched', resource: { type: 'test_run', id: run.id }, after: { githubRunId } });
  uow.notify(runTopic(run.id));
}

export interface RunOutcome {
  readonly runId: string;
  readonly finished: FinishedRun;
  readonly verdict: ArtifactVerdict;
  readonly diffSummary: DiffSummary | null;
  readonly diffErrorCode: string | null;
}

/** Stores what the run found, once; a run that has ended already keeps what it has. Output is cut and redacted here. */
export async function recordFinished(uow: UnitOfWork, owners: RunOwners, outcome: RunOutcome): Promise<RunStatus> {
  const { run, workspace } = await lockRun(outcome.runId);
  if (run.status !== 'running') return run.status;
  const { finished, diffSummary, diffErrorCode } = outcome;
  const verdict = storable(outcome.verdict);
  const { conclusion, headSha } = finished;
  const { status, timeout, stderr } = runStatus({ status: 'completed', conclusion, artifact: verdict });
  const results = verdict.kind === 'parsed' ? verdict.results : null;
  await run.update({
    status: status === 'running' ? 'error' : status,
    conclusion,
    headSha,
    timeout,
    passed: results?.passed ?? null,
    failed: results?.failed ?? null,
    skipped: results?.skipped ?? null,
    total: results?.total ?? null,
    stdout: results && keepableOutput(results.stdout, outputLimits.detail),
    stderr: stderr ?? (results && keepableOutput(results.stderr, outputLimits.detail)),
    summary: results?.summary ?? null,
    artifactName: verdict.kind === 'missing' ? null : verdict.artifactName,
    artifactErrorCode: artifactErrorCode(verdict),
    finishedAt: new Date(),
  });
  if (run.branch === workspace.defaultBranch) await recordRunHead(uow, workspace.id, headSha);
  if (run.purpose === 'submission') {
    await owners.submission.finished(uow, run, { commitSha: headSha, diffSummary, diffErrorCode });
  }
  const { passed, failed } = run;
  uow.audit({
    action: 'test_run.finished',
    resource: { type: 'test_run', id: run.id },
    after: { status: run.status, conclusion, headSha, passed, failed },
  });
  uow.notify(runTopic(run.id));
  return run.status;
}

/** Counts that no column can hold would make every try of storing them fail. */
function storable(verdict: ArtifactVerdict): ArtifactVerdict {
  if (verdict.kind !== 'parsed' || countsAreSane(verdict.results)) return verdict;
  const { artifactName } = verdict;
  return { kind: 'unreadable', artifactName, errorCode: 'json_schema', message: 'A count is out of range.' };
}

/** It will have no result. Does nothing when it has ended already. */
export async function recordRunFailed(
  uow: UnitOfWork,
  owners: RunOwners,
  { runId, errorCode, reason }: { readonly runId: string; readonly errorCode: string; readonly reason: string },
): Promise<void> {
  const { run } = await lockRun(runId);
  if (run.status !== 'queued' && run.status !== 'running') return;
  await run.update({ status: 'error', errorCode, finishedAt: new Date() });
  if (errorCode === 'GITHUB_NOT_FOUND') await lookAgain(uow, run.workspaceId);
  if (run.purpose === 'submission') await owners.submission.failed(uow, run);
  uow.audit({
    action: 'test_run.failed',
    resource: { type: 'test_run', id: run.id },
    after: { errorCode, reason: keepableOutput(reason, REASON_LENGTH) },
  });
  uow.notify(runTopic(run.id));
}

/** Commands lock the session first; who writes about its submission does the same, or the two could wait for each other. */
async function lockRun(runId: string): Promise<RunAtWork> {
  const { run } = await loadRun(runId);
  if (run.purpose === 'submission' && run.candidateSessionId !== null) {
    await CandidateSession.findByPk(run.candidateSessionId, { attributes: ['id'], lock: true });
  }
  return loadRun(runId, true);
}
