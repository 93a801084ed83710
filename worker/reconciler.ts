import { WorkflowNotFoundError, type Client } from '@temporalio/client';
// commit-ok: reads rows of all organisations; what it writes is one insert that is harmless to repeat
import type { Pool } from 'pg';
import type { Logger } from '../core/logger.ts';
import type { Metrics } from '../core/metrics.ts';
import type { WorkflowStart } from '../core/outbox.ts';
import { reconciledKinds, type OpenRow, type ReconciledKind } from './reconciler-kinds.ts';

export interface ReconcilerParts {
  /** As tenon_system. */
  readonly pool: Pool;
  readonly client: Client;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** A workflow younger than this may be about to end or to be seen; default one minute. */
  readonly settlingMs?: number;
}

/**
 * `row_without_workflow`: its start was lost, and is sent again. `closed_workflow_open_row`: a closed id cannot be started
 * again, so an operator has to reset it. `workflow_without_open_row`: told to look at its row, where it can be told.
 */
export type Finding = 'row_without_workflow' | 'closed_workflow_open_row' | 'workflow_without_open_row';

const PAGE = 500;
const CALL_DEADLINE_MS = 5_000;
const LIST_DEADLINE_MS = 30_000;
const SETTLING_MS = 60_000;

/** Compares every unfinished row with the open workflows, both ways; holds no transaction. Harmless to repeat. */
export async function reconcileOnce(parts: ReconcilerParts): Promise<Record<Finding, number>> {
  const { settlingMs = SETTLING_MS } = parts;
  const found = { row_without_workflow: 0, closed_workflow_open_row: 0, workflow_without_open_row: 0 };
  for (const kind of reconciledKinds) {
    const running = await listRunning(parts.client, kind);
    const open = new Set<string>();
    for await (const row of unfinishedRows(parts.pool, kind)) {
      const start = kind.startOf(row);
      open.add(start.workflowId);
      if (row.settling || running.has(start.workflowId)) continue;
      const finding = await judgeRow(parts, start);
      if (finding) found[finding] += 1;
    }
    for (const [workflowId, startedAt] of running) {
      if (open.has(workflowId) || Date.now() - startedAt.getTime() < settlingMs) continue;
      if (await judgeWorkflow(parts, kind, workflowId)) found.workflow_without_open_row += 1;
    }
  }
  for (const [finding, count] of Object.entries(found)) parts.metrics.reconcilerFindings.inc({ finding }, count);
  return found;
}

async function listRunning(client: Client, { kind }: ReconciledKind): Promise<Map<string, Date>> {
  return client.withDeadline(Date.now() + LIST_DEADLINE_MS, async () => {
    const running = new Map<string, Date>();
    const query = `TenonKind = '${kind}' and ExecutionStatus = 'Running'`;
    for await (const { workflowId, startTime } of client.workflow.list({ query, pageSize: 1_000 })) {
      running.set(workflowId, startTime);
    }
    return running;
  });
}

async function* unfinishedRows(pool: Pool, kind: ReconciledKind): AsyncGenerator<OpenRow> {
  for (let last: string | null = null; ;) {
    const { rows }: { rows: OpenRow[] } = await pool.query<OpenRow>(
      `select id, org_id as "orgId", ${kind.generation} as generation, ${kind.sessionId} as "sessionId",
              updated_at > now() - interval '60 seconds' as settling
       from ${kind.table}
       where ${kind.unfinished} and ($1::${kind.idType} is null or id > $1::${kind.idType}) order by id limit $2`,
      [last, PAGE],
    );
    yield* rows;
    const end = rows.at(-1);
    if (!end || rows.length < PAGE) return;
    last = end.id;
  }
}

/** The list may lag behind, so the server is asked for this very workflow before anything is done. */
async function judgeRow(parts: ReconcilerParts, start: WorkflowStart): Promise<Finding | undefined> {
  const { client, pool, log } = parts;
  const { workflowId, orgId } = start;
  const status = await statusOf(client, workflowId);
  if (status === 'RUNNING') return undefined;
  if (status !== undefined) {
    log.error(
      { finding: 'closed_workflow_open_row', workflowId, orgId, status },
      `${workflowId} has ended and its row has not: temporal workflow reset -w ${workflowId} --type FirstWorkflowTask --reason "open row"`,
    );
    return 'closed_workflow_open_row';
  }
  // One that still waits in the outbox is the relay's.
  const { rowCount } = await pool.query(
    `insert into outbox (org_id, workflow_id, message, lease_until)
     select $1, $2, $3, now() - interval '1 second'
     where not exists (select from outbox where workflow_id = $2 and delivered_at is null)`,
    [orgId, workflowId, JSON.stringify({ start })],
  );
  if (!rowCount) return undefined;
  log.warn({ finding: 'row_without_workflow', workflowId, orgId }, 'a row had no workflow; its start is sent again');
  return 'row_without_workflow';
}

async function judgeWorkflow(
  { client, pool, log }: ReconcilerParts,
  kind: ReconciledKind,
  workflowId: string,
): Promise<boolean> {
  const [, id = '', generation = '1'] = workflowId.split('/');
  const { rowCount } = await pool.query(
    `select from ${kind.table}
     where id = $1 and ((${kind.unfinished} and ${kind.generation} = $2) or updated_at > now() - interval '60 seconds')`,
    [id, Number(generation)],
  );
  if (rowCount || (await statusOf(client, workflowId)) !== 'RUNNING') return false;
  log.warn({ finding: 'workflow_without_open_row', workflowId }, 'a workflow runs without an unfinished row');
  const { nudge } = kind;
  if (nudge !== undefined) {
    const handle = client.workflow.getHandle(workflowId);
    await client.withDeadline(Date.now() + CALL_DEADLINE_MS, () => handle.signal(nudge));
  }
  return true;
}

/** Undefined when Temporal does not know the id (any more). */
async function statusOf(client: Client, workflowId: string): Promise<string | undefined> {
  try {
    const handle = client.workflow.getHandle(workflowId);
    const { status } = await client.withDeadline(Date.now() + CALL_DEADLINE_MS, () => handle.describe());
    return status.name;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
