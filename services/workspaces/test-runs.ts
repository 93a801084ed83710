import { rowsOf } from '../../core/database.ts';
import { errorCatalogue, type ErrorCode } from '../../core/error-catalogue.ts';
import { AppError } from '../../core/errors.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import { hasEnded, type RunPurpose } from '../../domain/workspaces/test-run.ts';
import { TestRun } from '../../models/test-run.ts';
import type { Workspace } from '../../models/workspace.ts';
import { testRunStart } from '../../workflows/workspaces/test-run.contract.ts';

/** What those who wait for a run listen to. */
export function runTopic(runId: string): string {
  return `test-run:${runId}`;
}

/** GitHub tells within seconds that a run has ended; where it does not, polling begins after this. */
const WEBHOOK_GRACE_MS = 10_000;

/** How long a run waits for GitHub's webhook before it polls: not at all where webhooks are off. */
export function webhookGraceMs({ webhookSecret }: { readonly webhookSecret: string | undefined }): number {
  return webhookSecret === undefined ? 0 : WEBHOOK_GRACE_MS;
}

export interface RunRequest {
  readonly workspace: Workspace;
  readonly branch: string;
  /** Inputs of the workflow file; the marker is added when the run is dispatched. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly purpose: RunPurpose;
  readonly graceMs: number;
  /** Under which the run's workflow is found, e.g. the session's. */
  readonly ref: string;
}

export interface StartedRun {
  readonly run: TestRun;
  /** False: one was under way already (on the branch; of a submission: for the workspace), and it is returned. */
  readonly started: boolean;
}

/**
 * Asks for a run of the tests, or gives the one under way; two at once are decided by the unique index.
 * @throws {AppError} RATE_LIMITED when the workspace has three runs under way on other branches
 */
export async function startRun(uow: UnitOfWork, request: RunRequest): Promise<StartedRun> {
  for (;;) {
    const id = await insertRun(uow, request);
    if (id !== undefined) {
      await assertFewActive(request);
      const run = await TestRun.findByPk(id, { rejectOnEmpty: true });
      announce(uow, run, request);
      return { run, started: true };
    }
    const { workspace, branch, purpose } = request;
    const active = await TestRun.findOne({
      where: {
        workspaceId: workspace.id,
        purpose,
        status: ['queued', 'running'],
        ...(purpose === 'run' && { branch }),
      },
    });
    if (active) return { run: active, started: false };
    // it ended between the two statements: the place is free now
  }
}

/** Branch names are free, so one active run a branch alone would let one candidate use up everybody's runners. */
const MOST_ACTIVE_RUNS = 3;

/** Counts with the row that was just inserted. @throws {AppError} RATE_LIMITED */
async function assertFewActive({ workspace, purpose }: RunRequest): Promise<void> {
  if (purpose !== 'run') return;
  const active = await TestRun.count({ where: { workspaceId: workspace.id, purpose, status: ['queued', 'running'] } });
  if (active > MOST_ACTIVE_RUNS) throw new AppError('RATE_LIMITED', undefined, { retryAfterSeconds: 10 });
}

async function insertRun({ db, actor }: UnitOfWork, request: RunRequest): Promise<string | undefined> {
  const { workspace, branch, inputs, purpose } = request;
  const [row] = await rowsOf<{ id: string }>(
    db,
    `insert into test_runs (org_id, workspace_id, candidate_session_id, task_id, invitation_id, purpose, branch, inputs, requested_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, now())
     on conflict do nothing
     returning id`,
    [
      actor.orgId,
      workspace.id,
      workspace.candidateSessionId,
      workspace.taskId,
      workspace.invitationId,
      purpose,
      branch,
      JSON.stringify(inputs),
    ],
  );
  return row?.id;
}

function announce(uow: UnitOfWork, run: TestRun, { workspace, graceMs, ref }: RunRequest): void {
  uow.audit({
    action: 'test_run.requested',
    resource: { type: 'test_run', id: run.id },
    after: { workspaceId: workspace.id, branch: run.branch, purpose: run.purpose },
  });
  uow.enqueue({ start: testRunStart({ orgId: run.orgId, runId: run.id, graceMs }, ref) });
}

/** A run as it is now. */
export function readRun(id: string): Promise<TestRun> {
  return TestRun.findByPk(id, { rejectOnEmpty: true });
}

/** Whether a run is under way or has been at GitHub; one that never got there is as good as none. */
export async function isWorthKeeping(runId: string): Promise<boolean> {
  const { status, githubRunId } = await readRun(runId);
  return !hasEnded(status) || githubRunId !== null;
}

/** A run of this workspace by GitHub's id, or null. */
export function findRunByGithubId(workspaceId: string, githubRunId: string): Promise<TestRun | null> {
  return TestRun.findOne({ where: { workspaceId, githubRunId } });
}

/** What a caller is told of a run that never got an id at GitHub. */
export function runFailure({ errorCode }: Pick<TestRun, 'errorCode'>): AppError {
  return new AppError(isErrorCode(errorCode) && tellable.test(errorCode) ? errorCode : 'TEST_RUN_FAILED');
}

const tellable = /^(GITHUB_.*|INVALID_BRANCH_NAME)$/;

export function isErrorCode(code: string | null): code is ErrorCode {
  return code !== null && Object.hasOwn(errorCatalogue, code);
}
