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

/** What GitHub told, by its own id of the telling: all hooks that hear of an event hear the same id. */
export interface Delivery {
  readonly deliveryId: string;
  readonly event: string;
  readonly action: string | null;
  readonly repoId: string | null;
  readonly githubRunId: string | null;
  /** Found in GitHub's log of deliveries, not told to the endpoint. */
  readonly recovered: boolean;
}

/** What became of a delivery; also a label of metrics. `repeated` is counted, never stored. */
export type DeliveryOutcome = 'signalled' | 'recorded' | 'unknown_run' | 'unknown_repository' | 'ignored' | 'repeated';

/** Whose run it is, before any tenant is known; null when it is none of ours. */
export async function findRunOf(
  { db }: UnitOfWork,
  { repoId, githubRunId }: Pick<Delivery, 'repoId' | 'githubRunId'>,
): Promise<{ id: string; orgId: string } | null> {
  const [row] = await rowsOf<{ id: string; orgId: string }>(
    db,
    'select id, org_id as "orgId" from lookup_test_run($1, $2)',
    [repoId, githubRunId],
  );
  return row ?? null;
}

/** Whose workspace a repository is, before any tenant is known; null when it is none of ours. */
export async function findWorkspaceOf(
  { db }: UnitOfWork,
  { repoId }: Pick<Delivery, 'repoId'>,
): Promise<{ id: string; orgId: string } | null> {
  const [row] = await rowsOf<{ id: string; orgId: string }>(
    db,
    'select id, org_id as "orgId" from lookup_workspace_by_repository($1)',
    [repoId],
  );
  return row ?? null;
}

/**
 * Whoever comes second with the same id waits for the first one's commit.
 * @returns false when GitHub has told this before; what was about nothing of ours then counts as new once it is about something:
 * the webhook may have been faster than our own commit
 */
export async function recordDelivery(
  { db }: UnitOfWork,
  { deliveryId, event, action, repoId, githubRunId, recovered }: Delivery,
  outcome: Exclude<DeliveryOutcome, 'repeated'>,
): Promise<boolean> {
  const rows = await rowsOf(
    db,
    `insert into github_deliveries (delivery_id, event, action, repo_id, github_run_id, recovered, outcome, matched)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (delivery_id) do update set matched = true, outcome = excluded.outcome, recovered = excluded.recovered
       where excluded.matched and not github_deliveries.matched
     returning delivery_id`,
    [deliveryId, event, action, repoId, githubRunId, recovered, outcome, !outcome.startsWith('unknown_')],
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
