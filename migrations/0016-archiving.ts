import { lookupsDown, lookupsUp } from './sql.ts';

/**
 * What becomes of a repository after it is ready, and after its session. The two functions find what the clean-up has to look at in
 * all organisations; whether it may act is decided within each, by the rows.
 */
const ended = `case s.status when 'completed' then s.completed_at when 'expired' then s.expired_at
      when 'revoked' then s.revoked_at end`;

const functions = [
  {
    types: 'lookup_workspaces(uuid, integer)',
    signature: 'lookup_workspaces(after uuid, most integer)',
    returns: 'table (id uuid, org_id uuid)',
    body: `select w.id, w.org_id from public.workspaces w
      where w.candidate_session_id is not null and (after is null or w.id > after) order by w.id limit most`,
  },
  {
    types: 'lookup_workspaces_to_close(timestamptz, uuid, integer)',
    signature: 'lookup_workspaces_to_close(ended_before timestamptz, after uuid, most integer)',
    returns: 'table (id uuid, org_id uuid)',
    body: `select w.id, w.org_id from public.workspaces w
      join public.candidate_sessions s on s.org_id = w.org_id and s.id = w.candidate_session_id
      where w.repo_id is not null and w.settled_generation >= w.generation and (after is null or w.id > after)
        and s.status in ('completed', 'expired', 'revoked')
        and (w.repository_state in ('open', 'archiving', 'reopening', 'deleting')
          or (w.repository_state = 'archived' and ${ended} <= ended_before))
      order by w.id limit most`,
  },
] as const;

/** Of tables that `tenon_lookup` reads already. */
const readable = {
  workspaces: 'repository_state, generation, settled_generation',
  candidate_sessions: 'completed_at, expired_at, revoked_at',
};

const added = 'repository_state, protection';

export const up = [
  `
alter table workspaces
  drop constraint workspaces_status_check,
  add constraint workspaces_status_check check (status in ('requested', 'provisioning', 'ready', 'failed')),
  add column repository_state text not null default 'open'
    check (repository_state in ('open', 'archiving', 'archived', 'reopening', 'deleting', 'deleted')),
  add column protection text check (protection in ('wanted', 'protected', 'unsupported', 'failed')),
  add column protection_error_code text,
  add column access_granted_at timestamptz;
grant select (${added}) on workspaces to tenon_system;`,
  ...Object.entries(readable).map(([table, columns]) => `grant select (${columns}) on ${table} to tenon_lookup;`),
  lookupsUp(functions, {}),
].join('\n');

export const down = [
  lookupsDown(functions, {}),
  ...Object.entries(readable).map(([table, columns]) => `revoke select (${columns}) on ${table} from tenon_lookup;`),
  `
alter table workspaces
  drop column access_granted_at,
  drop column protection_error_code,
  drop column protection,
  drop column repository_state,
  drop constraint workspaces_status_check,
  add constraint workspaces_status_check check (status in ('requested', 'provisioning', 'ready', 'failed', 'archived'));`,
].join('\n');
