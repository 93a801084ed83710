import { CURRENT_ORG, lookupsDown, lookupsUp, sealed, systemMay } from './sql.ts';

/**
 * What may be written to GitHub, per installation, and who waits for a turn to write. An organisation sees its own turns; of the
 * others' it learns how many wait, since when, and when something was written: never what.
 */
const functions = [
  {
    types: 'lookup_github_lines(text, timestamptz)',
    signature: 'lookup_github_lines(wanted text, fresh_after timestamptz)',
    returns: 'table (own boolean, priority text, waiting integer, served_ms float8, oldest_ms float8)',
    body: `select w.org_id = ${CURRENT_ORG}, w.priority, count(*)::int,
        (select extract(epoch from max(s.granted_at))::float8 * 1000 from public.github_turns s
          where s.installation = wanted and s.org_id = w.org_id and s.priority = w.priority and s.granted_at is not null),
        extract(epoch from min(w.requested_at))::float8 * 1000
      from public.github_turns w
      where w.installation = wanted and w.granted_at is null and w.come_back_at >= fresh_after
      group by w.org_id, w.priority`,
  },
  {
    types: 'lookup_github_writes(text, timestamptz)',
    signature: 'lookup_github_writes(wanted text, since timestamptz)',
    returns: 'table (requested_ms float8, granted_ms float8, ended_ms float8)',
    body: `select extract(epoch from t.requested_at)::float8 * 1000, extract(epoch from t.granted_at)::float8 * 1000,
        extract(epoch from t.ended_at)::float8 * 1000
      from public.github_turns t where t.installation = wanted and t.granted_at > since`,
  },
] as const;

const readable = {
  github_turns: 'org_id, installation, priority, requested_at, come_back_at, granted_at, ended_at',
};

export const up = `
create table github_budgets (
  installation text primary key check (length(installation) between 1 and 100),
  paused_until timestamptz,
  updated_at timestamptz not null default now()
);
grant select, insert, update on github_budgets to tenon_app;

create table github_turns (
  id bigint primary key generated always as identity,
  org_id uuid not null references organizations (id) on delete cascade,
  installation text not null check (length(installation) between 1 and 100),
  key text not null check (length(key) between 1 and 300),
  priority text not null check (priority in ('candidate', 'background', 'cleanup')),
  requested_at timestamptz not null,
  promised_at timestamptz not null,
  come_back_at timestamptz not null,
  granted_at timestamptz,
  ended_at timestamptz,
  check (ended_at is null or granted_at is not null)
);
create unique index github_turns_waiting on github_turns (installation, org_id, key) where granted_at is null;
create index github_turns_granted on github_turns (installation, granted_at) where granted_at is not null;
create index github_turns_served on github_turns (installation, org_id, priority, granted_at) where granted_at is not null;
create index github_turns_by_age on github_turns (come_back_at);
${sealed('github_turns', 'select, insert, update')}
${systemMay('github_turns', ['select', 'delete'])}
${lookupsUp(functions, readable)}
`;

export const down = `
${lookupsDown(functions, readable)}
drop table github_turns;
drop table github_budgets;
`;
