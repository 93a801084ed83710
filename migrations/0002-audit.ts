import { CURRENT_ORG } from './sql.ts';

/**
 * One hash chain per organisation. `body` is the exact text that was hashed; the columns people query are generated from
 * it, so none can be changed alone. Only `append_audit` writes: it takes the tenant from the unit of work, not from its
 * caller, and locks the chain's head, which is why it is the last statement of a unit of work.
 */
export const up = `
create table audit_heads (
  org_id uuid primary key references organizations (id) on delete cascade,
  seq bigint not null,
  hash bytea not null
);
alter table audit_heads enable row level security;
alter table audit_heads force row level security;
create policy chain on audit_heads to tenon_audit using (org_id = ${CURRENT_ORG}) with check (org_id = ${CURRENT_ORG});
grant select, insert, update on audit_heads to tenon_audit;

create table audit_entries (
  org_id uuid not null references organizations (id) on delete cascade,
  seq bigint not null,
  body text not null,
  prev_hash bytea not null,
  hash bytea not null,
  at timestamptz not null,
  action text not null generated always as (body::jsonb ->> 'action') stored,
  resource_type text not null generated always as (body::jsonb -> 'resource' ->> 'type') stored,
  resource_id text not null generated always as (body::jsonb -> 'resource' ->> 'id') stored,
  actor_id text generated always as (body::jsonb -> 'actor' ->> 'id') stored,
  primary key (org_id, seq)
);
create index audit_entries_by_resource on audit_entries (org_id, resource_type, resource_id, seq);
create index audit_entries_by_actor on audit_entries (org_id, actor_id, seq);
alter table audit_entries enable row level security;
alter table audit_entries force row level security;
create policy chain on audit_entries for insert to tenon_audit with check (org_id = ${CURRENT_ORG});
grant insert on audit_entries to tenon_audit;
create policy tenant on audit_entries for select to tenon_app using (org_id = ${CURRENT_ORG});
grant select on audit_entries to tenon_app;

create function append_audit(bodies text[]) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  org uuid := ${CURRENT_ORG};
  head audit_heads%rowtype;
  entry text;
  next bytea;
begin
  if org is null then
    raise exception 'append_audit: no tenant is set';
  end if;
  insert into audit_heads (org_id, seq, hash) values (org, 0, '\\x'::bytea) on conflict do nothing;
  select * into strict head from audit_heads where org_id = org for update;
  foreach entry in array bodies loop
    next := sha256(head.hash || convert_to(entry, 'UTF8'));
    insert into audit_entries (org_id, seq, body, prev_hash, hash, at)
      values (org, head.seq + 1, entry, head.hash, next, (entry::jsonb ->> 'at')::timestamptz);
    head.seq := head.seq + 1;
    head.hash := next;
  end loop;
  update audit_heads set seq = head.seq, hash = head.hash where org_id = org;
end
$$;
grant create on schema public to tenon_audit;
alter function append_audit(text[]) owner to tenon_audit;
revoke create on schema public from tenon_audit;
set local role tenon_audit;
revoke all on function append_audit(text[]) from public;
grant execute on function append_audit(text[]) to tenon_app;
reset role;
`;

export const down = `
set local role tenon_audit;
drop function append_audit(text[]);
reset role;
drop table audit_entries;
drop table audit_heads;
`;
