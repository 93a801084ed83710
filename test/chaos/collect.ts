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
    workspaces: await rowsIn(
      world,
      `select id, repo_full_name as repo, repo_id as "repoId", repository_state as state from workspaces`,
    ),
    emails: await rowsIn(world, `select id, status, to_address as "to" from emails`),
    mails: await mailFacts(world),
    asked: await rowsIn(world, ASKED),
    live: await rowsIn(world, LIVE),
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
  union all select 'member', id::text, email from users where email like '%@chaos.test'
  union all select 'api_key', id::text, name from api_keys`;

/** Every invitation that somebody asked for, as the audit trail counts them, and the mails that were queued for it. */
const ASKED = `
  select 'the invitation to session ' || s.id as what,
    (select count(*)::int from audit_entries a where a.org_id = s.org_id and a.resource_id = s.id::text
       and a.action in ('candidate_session.invited', 'candidate_session.reinvited', 'candidate_session.invite_resent')) as asked,
    (select count(*)::int from emails e where e.candidate_session_id = s.id and e.kind = 'invitation') as mails
  from candidate_sessions s
  union all select 'the invitation to account ' || u.id,
    (select count(*)::int from audit_entries a where a.org_id = u.org_id and a.resource_id = u.id::text
       and a.action in ('user.created', 'user.invited')),
    (select count(*)::int from emails e join account_links l on l.org_id = e.org_id and l.id = e.account_link_id
     where l.user_id = u.id and l.kind = 'accept_invitation')
  from users u where u.email like '%@chaos.test'`;

/** What may be good only once at a time. */
const LIVE = `
  select 'refresh token of session ' || t.session_id as what, count(*)::int as count
  from refresh_tokens t join auth_sessions s on s.org_id = t.org_id and s.id = t.session_id
  where t.used_at is null and s.ended_at is null group by t.session_id
  union all select kind || ' link of account ' || user_id, count(*)::int
  from account_links where used_at is null group by kind, user_id`;

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
