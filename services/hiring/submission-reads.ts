import { rowsOf } from '../../core/database.ts';
import { AppError } from '../../core/errors.ts';
import { permit } from '../../core/permit.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { TaskType } from '../../domain/hiring/blueprint.ts';
import { mayListSimulations, mayReadSimulation, seesAllSimulations } from '../../domain/hiring/policies.ts';
import type { UserActor } from '../../domain/identity/actor.ts';
import type { DiffSummary } from '../../domain/workspaces/diff-summary.ts';
import type { RunStatus } from '../../domain/workspaces/test-run.ts';

/** A submission with its task, repository and run, as one row. bigint columns are strings. */
export interface SubmissionRow {
  readonly id: string;
  readonly candidateSessionId: string;
  readonly createdBy: string;
  readonly taskId: string;
  readonly dayIndex: number;
  readonly type: TaskType;
  readonly title: string;
  readonly contentText: string | null;
  readonly submittedAt: Date;
  readonly repoFullName: string | null;
  readonly commitSha: string | null;
  readonly diffSummary: DiffSummary | null;
  /** Tenon's own id of the run, which no reply shows. */
  readonly runId: string | null;
  readonly runStatus: RunStatus | null;
  readonly githubRunId: string | null;
  readonly conclusion: string | null;
  readonly timeout: boolean | null;
  readonly passed: number | null;
  readonly failed: number | null;
  readonly skipped: number | null;
  readonly stdout: string | null;
  readonly stderr: string | null;
  readonly summary: Record<string, unknown> | null;
  readonly artifactName: string | null;
  readonly artifactErrorCode: string | null;
  readonly runErrorCode: string | null;
  readonly lastRunAt: Date | null;
}

const SUBMISSIONS = `
  select s.id, s.candidate_session_id as "candidateSessionId", m.created_by as "createdBy", s.task_id as "taskId",
         t.day_index as "dayIndex", t.type, t.title, s.content_text as "contentText", s.submitted_at as "submittedAt",
         w.repo_full_name as "repoFullName", s.commit_sha as "commitSha", s.diff_summary as "diffSummary",
         r.id as "runId", r.status as "runStatus", r.github_run_id as "githubRunId", r.conclusion, r.timeout, r.passed,
         r.failed, r.skipped, r.stdout, r.stderr, r.summary, r.artifact_name as "artifactName",
         r.artifact_error_code as "artifactErrorCode", r.error_code as "runErrorCode",
         coalesce(r.finished_at, r.dispatched_at, r.requested_at) as "lastRunAt"
  from submissions s
  join simulation_tasks t on t.org_id = s.org_id and t.id = s.task_id
  join simulations m on m.org_id = s.org_id and m.id = s.simulation_id
  left join workspaces w on w.org_id = s.org_id and w.id = s.workspace_id
  left join test_runs r on r.org_id = s.org_id and r.id = s.test_run_id`;

export interface SubmissionFilter {
  readonly candidateSessionId?: string;
  readonly taskId?: string;
  readonly limit: number;
  readonly offset: number;
}

/** Submissions to simulations that the caller may read, newest first. @throws {AppError} FORBIDDEN to who may read none */
export function listSubmissions(
  { actor, db }: UnitOfWork<UserActor>,
  { candidateSessionId, taskId, limit, offset }: SubmissionFilter,
): Promise<SubmissionRow[]> {
  permit(mayListSimulations(actor));
  return rowsOf<SubmissionRow>(
    db,
    `${SUBMISSIONS}
     where s.org_id = $1 and ($2::uuid is null or m.created_by = $2)
       and ($3::bigint is null or s.candidate_session_id = $3) and ($4::bigint is null or s.task_id = $4)
     order by s.submitted_at desc, s.id desc limit $5 offset $6`,
    [
      actor.orgId,
      seesAllSimulations(actor) ? null : actor.userId,
      candidateSessionId ?? null,
      taskId ?? null,
      limit,
      offset,
    ],
  );
}

/** @throws {AppError} SUBMISSION_NOT_FOUND, also for another's */
export async function loadSubmission({ actor, db }: UnitOfWork<UserActor>, id: string): Promise<SubmissionRow> {
  const [row] = await rowsOf<SubmissionRow>(db, `${SUBMISSIONS} where s.org_id = $1 and s.id = $2`, [actor.orgId, id]);
  if (!row) throw new AppError('SUBMISSION_NOT_FOUND');
  permit(mayReadSimulation(actor, row), { hidden: 'SUBMISSION_NOT_FOUND' });
  return row;
}
