import { Readable } from 'node:stream';
import { AUDIT_FORMAT, exportLine, type ChainHead, type ExportRow } from '../../domain/identity/audit-chain.ts';
import { verifyAudit } from '../../scripts/verify-audit.ts';
import { rowsIn } from './database.ts';
import type { AuditFacts, Change } from './facts.ts';
import type { World } from './world.ts';

interface Entry extends ExportRow {
  readonly orgId: string;
  readonly action: string;
  readonly id: string;
}

/** The chain of each organisation, checked by the command that customers check an export with. */
export async function auditFacts(world: World): Promise<AuditFacts[]> {
  const entries = await rowsIn<Entry>(
    world,
    `select org_id as "orgId", seq::int, body, encode(prev_hash, 'hex') as "prevHash", encode(hash, 'hex') as hash,
            action, resource_id as id
     from audit_entries order by org_id, seq`,
  );
  const heads = await rowsIn<ChainHead & { readonly orgId: string }>(
    world,
    `select o.id as "orgId", coalesce(h.seq, 0)::int as seq, coalesce(encode(h.hash, 'hex'), '') as hash
     from organizations o left join audit_heads h on h.org_id = o.id`,
  );
  return Promise.all(
    heads.map(async ({ orgId, seq, hash }) => {
      const own = entries.filter((entry) => entry.orgId === orgId);
      const header = JSON.stringify({ format: AUDIT_FORMAT, orgId, exportedAt: '', head: { seq, hash } });
      const bytes = Buffer.from([header, ...own.map(exportLine)].join('\n'));
      const { exitCode, sentence } = await verifyAudit(Readable.from([bytes]));
      return { orgId, entries: own, fault: exitCode === 0 ? undefined : sentence };
    }),
  );
}

/** What rows say has happened, each with the action that must stand in the trail. */
const CHANGES: readonly (readonly [actions: string, from: string, times?: string])[] = [
  [`'simulation.created'`, 'simulations'],
  [`'candidate_session.invited'`, 'candidate_sessions'],
  [`'candidate_session.claimed'`, 'candidate_sessions where claimed_at is not null'],
  // each life before the present one has ended so, too
  [
    `'candidate_session.completed,candidate_session.expired,candidate_session.revoked'`,
    'candidate_sessions',
    `generation - case when status in ('not_started', 'in_progress') then 1 else 0 end`,
  ],
  [`'candidate_session.reinvited'`, 'candidate_sessions', 'generation - 1'],
  [`'workspace.requested'`, 'workspaces'],
  [`'workspace.became_ready'`, 'workspaces where ready_at is not null'],
  [`'test_run.requested'`, 'test_runs'],
  [`'test_run.dispatched'`, 'test_runs where github_run_id is not null'],
  [`'test_run.finished'`, `test_runs where status in ('passed', 'failed')`],
  [`'test_run.finished,test_run.failed'`, `test_runs where status = 'error'`],
  [`'submission.created'`, 'submissions'],
  [`'submission.tested'`, 'submissions where commit_sha is not null'],
  [`'email.' || status`, `emails where status <> 'queued'`],
  [`'api_key.created'`, 'api_keys'],
  [`'user.created'`, 'users'],
  [`'user.invitation_accepted'`, `users where accepted_at is not null and email like '%@chaos.test'`],
  [`'role.created'`, 'roles where not is_system'],
];

export async function changesIn(world: World): Promise<Change[]> {
  const parts = CHANGES.map(
    ([actions, from, times = '1']) =>
      `select org_id as "orgId", ${actions} as actions, id::text, (${times})::int as times from ${from}`,
  );
  const rows = await rowsIn<{ orgId: string; actions: string; id: string; times: number }>(
    world,
    parts.join(' union all '),
  );
  return rows.map(({ actions, ...row }) => ({ ...row, actions: actions.split(',') }));
}
