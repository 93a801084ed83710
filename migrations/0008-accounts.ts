import { sealed, systemMay } from './sql.ts';

/**
 * Accounts that sign in with a password, their sessions, machines' keys, the links of account mails, and counters of
 * requests. Who has an account already has been accepted and has a proven address: an outside provider said so, or an
 * operator's seed.
 */
export const up = `
alter table users
  add column first_name text check (length(first_name) <= 100),
  add column last_name text check (length(last_name) <= 100),
  add column employee_id text check (length(employee_id) between 1 and 100),
  add column employment_start_date date,
  add column password_hash text,
  add column has_password boolean not null generated always as (password_hash is not null) stored,
  add column must_change_password boolean not null default false,
  add column is_superuser boolean not null default false,
  add column self_registered boolean not null default false,
  add column accepted_at timestamptz default now(),
  add column email_verified_at timestamptz default now(),
  add column token_version integer not null default 1 check (token_version > 0),
  add column last_active_at timestamptz,
  add constraint users_employee unique (org_id, employee_id);
alter table users
  alter column accepted_at drop default,
  alter column email_verified_at drop default,
  alter column created_at type timestamptz(3); -- the milliseconds that cursors carry, so that the index sorts the list
create index users_by_age on users (org_id, created_at desc, id desc);

-- A slug that looks like an id would be found in the place of the organisation with that id.
alter table organizations
  add constraint organizations_slug_is_no_id check (slug !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$');

create table auth_sessions (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references organizations (id) on delete cascade,
  user_id uuid not null,
  created_at timestamptz not null default now(),
  refreshed_at timestamptz not null default now(),
  expires_at timestamptz not null,
  ended_at timestamptz,
  end_reason text check (end_reason in ('signed_out', 'reuse_detected', 'password_changed', 'deactivated')),
  unique (org_id, id),
  check ((ended_at is null) = (end_reason is null)),
  foreign key (org_id, user_id) references users (org_id, id) on delete cascade
);
create index auth_sessions_open on auth_sessions (org_id, user_id) where ended_at is null;
create index auth_sessions_by_end on auth_sessions (expires_at);
${sealed('auth_sessions')}
${systemMay('auth_sessions', ['select', 'delete'])}

create table refresh_tokens (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references organizations (id) on delete cascade,
  session_id uuid not null,
  token_hash bytea not null unique check (length(token_hash) = 32),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  unique (org_id, id),
  foreign key (org_id, session_id) references auth_sessions (org_id, id) on delete cascade
);
create index refresh_tokens_by_session on refresh_tokens (org_id, session_id);
${sealed('refresh_tokens')}

create table api_keys (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references organizations (id) on delete cascade,
  user_id uuid not null,
  name text not null check (length(name) between 1 and 100),
  hint text not null check (length(hint) between 4 and 16),
  key_hash bytea not null unique check (length(key_hash) = 32),
  permissions text[] not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  last_used_at timestamptz,
  last_used_address text,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz not null default now(),
  unique (org_id, id),
  foreign key (org_id, user_id) references users (org_id, id) on delete cascade
);
create index api_keys_by_age on api_keys (org_id, created_at desc, id desc);
${sealed('api_keys')}

create table account_links (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references organizations (id) on delete cascade,
  user_id uuid not null,
  kind text not null check (kind in ('verify_email', 'reset_password', 'accept_invitation')),
  token_key_id text not null,
  token_hash bytea not null unique check (length(token_hash) = 32),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  unique (org_id, id),
  foreign key (org_id, user_id) references users (org_id, id) on delete cascade
);
create index account_links_by_user on account_links (org_id, user_id, kind);
create index account_links_by_end on account_links (expires_at);
${sealed('account_links')}
${systemMay('account_links', ['select', 'delete'])}

alter table emails
  drop constraint emails_kind_check,
  add column account_link_id uuid,
  add constraint emails_kind_check check (kind in ('invitation', 'verify_email', 'reset_password', 'accept_invitation')),
  add constraint emails_about_check check (num_nonnulls(candidate_session_id, account_link_id) = 1),
  add foreign key (org_id, account_link_id) references account_links (org_id, id) on delete cascade;
create index emails_by_account_link on emails (org_id, account_link_id) where account_link_id is not null;

-- Counters, not facts: a crash of the database may reset them, so they cost no write-ahead log.
create unlogged table rate_limits (
  key varchar(255) primary key,
  points integer not null default 0,
  expire bigint
);
create index rate_limits_by_end on rate_limits (expire);
grant select, insert, update, delete on rate_limits to tenon_app;
grant select, delete on rate_limits to tenon_system;

-- Wrong passwords in a row, by a hash of the e-mail; these survive a crash.
create table sign_in_failures (
  key varchar(255) primary key,
  points integer not null default 0,
  expire bigint
);
create index sign_in_failures_by_end on sign_in_failures (expire);
grant select, insert, update, delete on sign_in_failures to tenon_app;
grant select, delete on sign_in_failures to tenon_system;

-- System roles that came later, for the organisations that were there before; the owner is not forced for this one moment.
alter table roles no force row level security;
alter table organizations no force row level security;
insert into roles (org_id, name, description, is_system)
  select o.id, r.name, r.description, true
  from organizations o cross join (values
    ('hr', 'Adds people to the organisation and keeps their accounts'),
    ('employee', 'Has an account and its own profile'),
    ('viewer', 'Reads what the organisation has, and changes nothing')) r (name, description)
  on conflict (org_id, name) do nothing;
alter table organizations force row level security;
alter table roles force row level security;
`;

export const down = `
drop table sign_in_failures;
drop table rate_limits;
alter table emails no force row level security;
delete from emails where account_link_id is not null;
alter table emails force row level security;
alter table emails
  drop column account_link_id,
  drop constraint emails_kind_check,
  add constraint emails_kind_check check (kind in ('invitation'));
drop table account_links;
drop table api_keys;
drop table refresh_tokens;
drop table auth_sessions;
drop index users_by_age;
alter table organizations drop constraint organizations_slug_is_no_id;
alter table users
  alter column created_at type timestamptz,
  drop column has_password,
  drop column first_name,
  drop column last_name,
  drop column employee_id,
  drop column employment_start_date,
  drop column password_hash,
  drop column must_change_password,
  drop column is_superuser,
  drop column self_registered,
  drop column accepted_at,
  drop column email_verified_at,
  drop column token_version,
  drop column last_active_at;
alter table roles no force row level security;
delete from roles where is_system and name in ('hr', 'employee', 'viewer');
alter table roles force row level security;
`;
