import { rowsOf } from '../../core/database.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { SystemActor } from '../../domain/identity/actor.ts';
import type { FinishedRun } from '../../domain/workspaces/test-run.ts';
import { TestRun } from '../../models/test-run.ts';
import { sessionRef } from '../../workflows/hiring/candidate-session.contract.ts';
import {
  githubRunCompletedSignal,
  testRunStart,
  type GithubRunCompleted,
} from '../../workflows/workspaces/test-run.contract.ts';

/** What GitHub told, by its own id of the telling. */
export interface Delivery {
  readonly deliveryId: string;
  readonly event: string;
  readonly action: string;
  readonly repoId: string;
  readonly githubRunId: string;
}

/** Whose run it is, before any tenant is known; null when it is none of ours. */
export async function findRunOf(
  { db }: UnitOfWork,
  { repoId, githubRunId }: Delivery,
): Promise<{ runId: string; orgId: string } | null> {
  const [row] = await rowsOf<{ id: string; org_id: string }>(db, 'select id, org_id from lookup_test_run($1, $2)', [
    repoId,
    githubRunId,
  ]);
  return row ? { runId: row.id, orgId: row.org_id } : null;
}

/**
 * @returns false when GitHub has told this before; what was about no run of ours then counts as new once it is about one: the
 * webhook may have been faster than our own commit
 */
export async function recordDelivery(
  { db }: UnitOfWork,
  { deliveryId, event, action, repoId, githubRunId }: Delivery,
  matched: boolean,
): Promise<boolean> {
  const rows = await rowsOf(
    db,
    `insert into github_deliveries (delivery_id, event, action, repo_id, github_run_id, matched)
     values ($1, $2, $3, $4, $5, $6) on conflict (delivery_id) do update set matched = true where excluded.matched and not github_deliveries.matched
     returning delivery_id`,
    [deliveryId, event, action, repoId, githubRunId, matched],
  );
  return rows.length > 0;
}

/**
 * Whether GitHub has told the end of a run that was not known as ours at that moment. Ask only after the run's id is committed: who
 * keeps a delivery looks for its run once more afterwards, so that one of the two sees the other.
 */
export async function wasToldUnmatched(
  { db }: UnitOfWork,
  { repoId, githubRunId }: Pick<Delivery, 'repoId' | 'githubRunId'>,
): Promise<boolean> {
  const rows = await rowsOf(
    db,
    `select from github_deliveries
     where github_run_id = $1 and repo_id = $2 and action = 'completed' and not matched limit 1`,
    [githubRunId, repoId],
  );
  return rows.length > 0;
}

/** Tells the run's workflow; it asks GitHub itself before it believes. */
export async function tellRunFinished(
  uow: UnitOfWork<SystemActor>,
  runId: string,
  finished: FinishedRun,
  graceMs: number,
): Promise<void> {
  const run = await TestRun.findByPk(runId, { rejectOnEmpty: true });
  const ref = run.candidateSessionId === null ? `workspace-${run.workspaceId}` : sessionRef(run.candidateSessionId);
  const input: GithubRunCompleted = finished;
  uow.enqueue({
    start: testRunStart({ orgId: uow.actor.orgId, runId, graceMs }, ref),
    signal: { name: githubRunCompletedSignal, input },
  });
}
