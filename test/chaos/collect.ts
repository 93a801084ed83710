import { reconciledKinds, type OpenRow } from '../../worker/reconciler-kinds.ts';
import { auditFacts, changesIn } from './audit-facts.ts';
import { rowsIn } from './database.ts';
import type { Facts, MadeRow, OwnedRow, RunFacts, SeenWorkflow } from './facts.ts';
import { githubFacts, mailFacts } from './far-sides.ts';
import { leaksIn } from './leaks.ts';
import type { World } from './world.ts';

/** Looks at every side of a world that is quiet. */
export async function collectFacts(world: World, secrets: ReadonlySet<string>): Promise<Facts> {
  const workflows = await seenWorkflows(world);
  return {
    workflows,
    rows: await ownedRows(world),
    outbox: await rowsIn(
      world,
      `select id, workflow_id as "workflowId", delivered_at is not null as delivered from outbox`,
    ),
    made: await rowsIn<MadeRow>(world, MADE),
    runs: await rowsIn<RunFacts>(
      world,
      `select r.id, r.github_run_id as "githubRunId", r.finished_at is not null as ended, e.state as effect
       from test_runs r left join effects e on e.org_id = r.org_id and e.key = 'dispatch/' || r.id`,
    ),
    workspaces: await rowsIn(world, `select id, repo_full_name as repo, repo_id as "repoId" from workspaces`),
    emails: await rowsIn(world, `select id, status, to_address as "to" from emails`),
    mails: await mailFacts(world),
    changes: await changesIn(world),
    audit: await auditFacts(world),
    leaks: await leaksIn(world, workflows, secrets),
    ...(await githubFacts(world)),
  };
}

/** A candidate's test run is asked for once per task; tries that never reached GitHub do not count. */
const MADE = `
  select 'simulation' as kind, id::text, title as name from simulations
  union all select 'invitation', id::text, invite_email from candidate_sessions
  union all select 'claim', id::text, invite_email from candidate_sessions where claimed_at is not null
  union all select 'submission', id::text, candidate_session_id || ' ' || task_id from submissions
  union all select 'test_run', github_run_id::text, workspace_id::text from test_runs
    where purpose = 'run' and github_run_id is not null
  union all select 'api_key', id::text, name from api_keys`;

async function ownedRows(world: World): Promise<OwnedRow[]> {
  const rows: OwnedRow[] = [];
  for (const owner of reconciledKinds) {
    const { kind, table, generation, sessionId, unfinished } = owner;
    const found = await rowsIn<OpenRow & { readonly unfinished: boolean }>(
      world,
      `select id, org_id as "orgId", ${generation} as generation, ${sessionId} as "sessionId", false as settling,
              ${unfinished} as unfinished
       from ${table}`,
    );
    for (const row of found) {
      const { id, orgId, generation } = row;
      rows.push({ kind, id, orgId, generation, unfinished: row.unfinished, workflowId: owner.startOf(row).workflowId });
    }
  }
  return rows;
}

async function seenWorkflows({ temporal }: World): Promise<SeenWorkflow[]> {
  const seen: SeenWorkflow[] = [];
  for await (const { workflowId, status, searchAttributes } of temporal.workflow.list({ pageSize: 1_000 })) {
    const attribute = (name: string): string => String(searchAttributes[name]?.[0] ?? '');
    seen.push({ workflowId, status: status.name, kind: attribute('TenonKind'), orgId: attribute('TenonOrg') });
  }
  return seen;
}
