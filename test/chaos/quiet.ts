import { setTimeout as pause } from 'node:timers/promises';
import { reconciliationKind } from '../../workflows/github/reconciliation.contract.ts';
import { rowsIn } from './database.ts';
import type { World } from './world.ts';

/** What somebody still has to do, whoever that is; a session that waits for its candidate is not among it. */
const UNSETTLED = `
  select 'outbox ' || id || ' for ' || workflow_id as name from outbox where delivered_at is null
  union all select 'email ' || id from emails where status = 'queued'
  union all select 'workspace ' || id from workspaces
    where status in ('requested', 'provisioning') or settled_generation < generation
  union all select 'test run ' || id from test_runs where status in ('queued', 'running')
  union all select 'overdue session ' || id from candidate_sessions
    where status in ('not_started', 'in_progress') and expires_at < now()`;

const LOOK_EVERY_MS = 100;

/** Names of what is not settled in the database. @throws when it does not answer */
export async function unsettledRows(world: World): Promise<string[]> {
  return (await rowsIn<{ name: string }>(world, UNSETTLED)).map(({ name }) => name);
}

/** Names of workflows that have not ended and are neither the clock of a session that is open nor a round of a schedule. */
async function busyWorkflows({ temporal }: World): Promise<string[]> {
  const busy: string[] = [];
  const list = temporal.workflow.list({
    query: `ExecutionStatus = 'Running' and TenonKind != 'candidate-session' and TenonKind != '${reconciliationKind}'`,
  });
  for await (const { workflowId } of list) busy.push(`workflow ${workflowId}`);
  return busy;
}

/**
 * Looks until nothing of `names` (of anything, when not given) is left to do.
 * @returns what was done last
 * @throws after `limitMs`, naming what was left or why nobody answered
 */
export async function untilSettled(world: World, limitMs: number, names?: readonly string[]): Promise<string[]> {
  const look = async (): Promise<string[]> => {
    const rows = await unsettledRows(world);
    if (names) return rows.filter((name) => names.includes(name));
    return rows.length > 0 ? rows : [...(await busyWorkflows(world)), ...(await lateClocks(world))];
  };
  let last: string[] = [];
  for (const end = performance.now() + limitMs; ; await pause(LOOK_EVERY_MS)) {
    const left = await look().catch((error: unknown) => [String(error)]);
    if (left.length === 0) return last;
    last = left;
    if (performance.now() > end)
      throw new Error(`not settled within ${limitMs / 1_000} s: ${left.slice(0, 10).join('; ')}`);
  }
}

/** Clocks of sessions that are over hear of it a moment later. */
async function lateClocks(world: World): Promise<string[]> {
  const over = await rowsIn<{ id: string }>(
    world,
    `select id from candidate_sessions where status not in ('not_started', 'in_progress')`,
  );
  const ids = new Set(over.map(({ id }) => id));
  const late: string[] = [];
  const running = world.temporal.workflow.list({
    query: `ExecutionStatus = 'Running' and TenonKind = 'candidate-session'`,
  });
  for await (const { workflowId } of running)
    if (ids.has(workflowId.split('/')[1] ?? '')) late.push(`clock ${workflowId}`);
  return late;
}
