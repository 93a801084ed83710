import { lookupsDown, lookupsUp, sealed } from './sql.ts';

/** Whose repository a webhook speaks of, and which repositories are to be looked at: ids, never content. */
const functions = [
  {
    types: 'lookup_workspace_by_repository(bigint)',
    signature: 'lookup_workspace_by_repository(wanted bigint)',
    returns: 'table (id uuid, org_id uuid)',
    body: 'select w.id, w.org_id from public.workspaces w where w.repo_id = wanted',
  },
  {
    // Those that a webhook spoke of first; then those of open sessions that nobody has looked at for long, oldest look first.
    types: 'lookup_repositories_to_look_at(timestamptz, integer)',
    signature: 'lookup_repositories_to_look_at(looked_before timestamptz, most integer)',
    returns: 'table (id uuid, org_id uuid)',
    body: `(select w.id, w.org_id from public.workspaces w
        where w.repo_look_due_at is not null and w.repo_id is not null order by w.repo_look_due_at limit most)
      union all
      (select w.id, w.org_id from public.workspaces w
        join public.candidate_sessions s on s.org_id = w.org_id and s.id = w.candidate_session_id
        where w.status = 'ready' and w.repo_look_due_at is null
          and coalesce(w.repo_looked_at, w.ready_at) < looked_before and s.status in ('not_started', 'in_progress')
        order by coalesce(w.repo_looked_at, w.ready_at) limit most)
      limit most`,
  },
] as const;

/** Of tables that `tenon_lookup` reads already. */
const columns = {
  workspaces: 'status, candidate_session_id, ready_at, repo_look_due_at, repo_looked_at',
  candidate_sessions: 'status',
};

/**
 * Pushes to a workspace's repository: the ledger of who pushed what and when, by GitHub's clock (`pushed_at`) and by ours
 * (`received_at`). No words of candidates: neither commit messages nor addresses. `settled`: the default branch's head, as the
 * workspace has it, takes this push into account. Installations of the GitHub App, and how far GitHub's log of deliveries was read.
 */
export const up = `
create table workspace_pushes (
  id bigint primary key generated always as identity,
  org_id uuid not null references organizations (id) on delete cascade,
  workspace_id uuid not null,
  source text not null check (source in ('told', 'looked', 'run')),
  delivery_id text,
  ref text not null check (length(ref) between 1 and 1000),
  before_sha text not null check (before_sha ~ '^[0-9a-f]{40,64}$'),
  after_sha text not null check (after_sha ~ '^[0-9a-f]{40,64}$'),
  forced boolean,
  pusher_login text,
  pushed_at timestamptz,
  received_at timestamptz not null default now(),
  settled boolean not null,
  unique (org_id, id),
  unique (org_id, workspace_id, delivery_id),
  foreign key (org_id, workspace_id) references workspaces (org_id, id) on delete cascade,
  check ((source = 'told') = (delivery_id is not null))
);
create index workspace_pushes_by_ref on workspace_pushes (org_id, workspace_id, ref, id);
${sealed('workspace_pushes', 'select, insert, update (settled)')}

alter table workspaces
  add column repo_looked_at timestamptz,
  add column repo_look_due_at timestamptz,
  add column repo_pushed_at timestamptz;
create index workspaces_look_due on workspaces (repo_look_due_at) where repo_look_due_at is not null;
create index workspaces_looked_at on workspaces ((coalesce(repo_looked_at, ready_at))) where status = 'ready';

alter table github_deliveries
  add column outcome text,
  add column recovered boolean not null default false;
grant update (outcome, recovered) on github_deliveries to tenon_app;

create table github_installations (
  id bigint primary key,
  account_login text,
  state text not null check (state in ('active', 'suspended', 'deleted')),
  suspended_at timestamptz,
  repository_selection text,
  permissions jsonb not null default '{}',
  told_at timestamptz not null,
  updated_at timestamptz not null default now()
);
grant select, insert, update on github_installations to tenon_app;
grant select on github_installations to tenon_system;

create table github_delivery_scans (
  hook text primary key,
  known_through numeric,
  scan_top numeric,
  page_cursor text,
  updated_at timestamptz not null default now()
);
grant select, insert, update on github_delivery_scans to tenon_app;

${Object.entries(columns)
  .map(([table, names]) => `grant select (${names}) on ${table} to tenon_lookup;`)
  .join('\n')}
${lookupsUp(functions, {})}
`;

export const down = `
${lookupsDown(functions, {})}
${Object.entries(columns)
  .map(([table, names]) => `revoke select (${names}) on ${table} from tenon_lookup;`)
  .join('\n')}
drop table github_delivery_scans;
drop table github_installations;
revoke update (outcome, recovered) on github_deliveries from tenon_app;
alter table github_deliveries drop column outcome, drop column recovered;
alter table workspaces drop column repo_looked_at, drop column repo_look_due_at, drop column repo_pushed_at;
drop table workspace_pushes;
`;
