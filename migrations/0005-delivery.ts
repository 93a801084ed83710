import { sealed, systemMay, systemReads } from './sql.ts';

/** What leaves the database: workflow starts and signals, mails, keyed effects, and what GitHub told us. */
export const up = `
create table outbox (
  id bigint primary key generated always as identity,
  org_id uuid not null references organizations (id) on delete cascade,
  workflow_id text not null,
  message jsonb not null,
  request_id text,
  created_at timestamptz not null default now(),
  lease_until timestamptz not null,
  attempts integer not null default 0,
  last_error text,
  delivered_at timestamptz,
  outcome text check (outcome in ('started', 'signalled', 'already_closed'))
);
create index outbox_waiting on outbox (id) where delivered_at is null;
create index outbox_waiting_by_workflow on outbox (workflow_id, id) where delivered_at is null;
create index outbox_delivered on outbox (delivered_at) where delivered_at is not null;
${sealed('outbox', 'select, insert, update')}
${systemMay('outbox', ['select', 'insert', 'update', 'delete'])}

create table effects (
  org_id uuid not null references organizations (id) on delete cascade,
  key text not null,
  state text not null check (state in ('intent', 'done', 'unknown')),
  far_ref text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (org_id, key)
);
${sealed('effects', 'select, insert, update')}

create table idempotency_keys (
  org_id uuid not null references organizations (id) on delete cascade,
  actor_id text not null,
  endpoint text not null,
  key text not null check (length(key) between 1 and 255),
  body_hash bytea not null,
  resource_id text,
  created_at timestamptz not null default now(),
  primary key (org_id, actor_id, endpoint, key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);
${sealed('idempotency_keys', 'select, insert, update')}
${systemMay('idempotency_keys', ['select', 'delete'])}

create table emails (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references organizations (id) on delete cascade,
  kind text not null check (kind in ('invitation')),
  candidate_session_id bigint,
  session_generation integer,
  to_address text not null,
  status text not null default 'queued' check (status in ('queued', 'sent', 'failed', 'skipped')),
  provider_message_id text,
  last_error text,
  sent_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (org_id, id),
  foreign key (org_id, candidate_session_id) references candidate_sessions (org_id, id) on delete cascade
);
create index emails_by_session on emails (org_id, candidate_session_id, created_at desc);
create index emails_open on emails (created_at) where status = 'queued';
${sealed('emails')}
${systemReads('emails', 'id, org_id, candidate_session_id, status, updated_at')}

create table github_deliveries (
  delivery_id text primary key check (length(delivery_id) between 1 and 100),
  event text not null,
  action text,
  repo_id bigint,
  github_run_id bigint,
  matched boolean not null,
  received_at timestamptz not null default now()
);
create index github_deliveries_by_age on github_deliveries (received_at);
grant select, insert on github_deliveries to tenon_app;
grant select, delete on github_deliveries to tenon_system;
`;

export const down = `
drop table github_deliveries;
drop table emails;
drop table idempotency_keys;
drop table effects;
drop table outbox;
`;
