import { sealed, systemReads } from './sql.ts';

/**
 * A workspace belongs to one task of one candidate session, or to one take-home invitation. Its runs and the submission
 * made from it carry the session and task again, so that composite keys hold them to the same owner.
 */
export const up = `
create table workspaces (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references organizations (id) on delete cascade,
  candidate_session_id bigint,
  task_id bigint,
  invitation_id uuid,
  status text not null default 'requested'
    check (status in ('requested', 'provisioning', 'ready', 'failed', 'archived')),
  generation integer not null default 1 check (generation > 0),
  settled_generation integer not null default 0,
  template_repo text not null,
  repo_full_name text not null,
  repo_id bigint,
  default_branch text,
  base_template_sha text,
  github_username text,
  access_granted_to text,
  initialized_at timestamptz,
  ready_at timestamptz,
  error_code text,
  latest_commit_sha text,
  last_run_id uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (org_id, id),
  unique (org_id, id, candidate_session_id, task_id),
  unique (org_id, candidate_session_id, task_id),
  unique (org_id, repo_full_name),
  foreign key (org_id, candidate_session_id) references candidate_sessions (org_id, id) on delete cascade,
  foreign key (org_id, task_id) references simulation_tasks (org_id, id) on delete cascade,
  check (
    (candidate_session_id is not null and task_id is not null and invitation_id is null)
    or (candidate_session_id is null and task_id is null and invitation_id is not null)
  ),
  check (status <> 'ready' or (repo_id is not null and default_branch is not null and base_template_sha is not null))
);
create unique index workspaces_by_repository on workspaces (repo_id) where repo_id is not null;
${sealed('workspaces')}
${systemReads('workspaces', 'id, org_id, candidate_session_id, status, generation, settled_generation, updated_at')}

create table test_runs (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references organizations (id) on delete cascade,
  workspace_id uuid not null,
  candidate_session_id bigint,
  task_id bigint,
  invitation_id uuid,
  purpose text not null check (purpose in ('run', 'submission')),
  branch text not null,
  inputs jsonb not null default '{}',
  status text not null default 'queued' check (status in ('queued', 'running', 'passed', 'failed', 'error')),
  github_run_id bigint,
  conclusion text,
  timeout boolean not null default false,
  passed integer,
  failed integer,
  skipped integer,
  total integer,
  stdout text,
  stderr text,
  summary jsonb,
  artifact_name text,
  artifact_error_code text,
  error_code text,
  head_sha text,
  requested_at timestamptz not null,
  dispatched_at timestamptz,
  finished_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (org_id, id),
  foreign key (org_id, workspace_id) references workspaces (org_id, id) on delete cascade,
  foreign key (org_id, workspace_id, candidate_session_id, task_id)
    references workspaces (org_id, id, candidate_session_id, task_id) on delete cascade,
  check (
    (candidate_session_id is not null and task_id is not null and invitation_id is null)
    or (candidate_session_id is null and task_id is null and invitation_id is not null)
  ),
  check ((status in ('queued', 'running')) = (finished_at is null))
);
create unique index test_runs_one_active on test_runs (workspace_id, branch)
  where purpose = 'run' and status in ('queued', 'running');
create unique index test_runs_one_submission on test_runs (workspace_id)
  where purpose = 'submission' and status in ('queued', 'running');
create unique index test_runs_by_github on test_runs (workspace_id, github_run_id) where github_run_id is not null;
create index test_runs_open on test_runs (requested_at) where status in ('queued', 'running');
${sealed('test_runs')}
${systemReads('test_runs', 'id, org_id, candidate_session_id, status, updated_at')}
alter table workspaces add foreign key (org_id, last_run_id) references test_runs (org_id, id);

create table submissions (
  id bigint primary key generated always as identity,
  org_id uuid not null references organizations (id) on delete cascade,
  simulation_id bigint not null,
  candidate_session_id bigint not null,
  task_id bigint not null,
  content_text text,
  workspace_id uuid,
  test_run_id uuid,
  commit_sha text,
  diff_summary jsonb,
  diff_error_code text,
  submitted_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (org_id, id),
  unique (org_id, candidate_session_id, task_id),
  foreign key (org_id, candidate_session_id, simulation_id)
    references candidate_sessions (org_id, id, simulation_id) on delete cascade,
  foreign key (org_id, simulation_id, task_id) references simulation_tasks (org_id, simulation_id, id) on delete cascade,
  foreign key (org_id, workspace_id) references workspaces (org_id, id),
  foreign key (org_id, test_run_id) references test_runs (org_id, id),
  check ((workspace_id is null) = (test_run_id is null)),
  check (content_text is not null or test_run_id is not null)
);
create index submissions_by_simulation on submissions (org_id, simulation_id, submitted_at desc, id desc);
create index submissions_by_session on submissions (org_id, candidate_session_id, submitted_at desc, id desc);
${sealed('submissions')}
`;

export const down = `
drop table submissions;
alter table workspaces drop constraint workspaces_org_id_last_run_id_fkey;
drop table test_runs;
drop table workspaces;
`;
