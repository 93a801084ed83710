import { CURRENT_ORG, sealed } from './sql.ts';

export const up = `
create table organizations (
  id uuid primary key default gen_random_uuid(),
  slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9_-]{1,63}$'),
  name text not null unique check (length(name) between 1 and 200),
  invite_life_seconds integer not null default 1209600 check (invite_life_seconds > 0),
  work_window_seconds integer not null default 432000 check (work_window_seconds > 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
alter table organizations enable row level security;
alter table organizations force row level security;
create policy tenant on organizations to tenon_app using (id = ${CURRENT_ORG}) with check (id = ${CURRENT_ORG});
grant select, insert, update on organizations to tenon_app;

create table users (
  id uuid primary key default gen_random_uuid(),
  number bigint not null unique generated always as identity,
  org_id uuid not null references organizations (id) on delete cascade,
  email text not null check (email = lower(btrim(email)) and length(email) between 3 and 320),
  name text not null check (length(name) between 1 and 200),
  issuer text,
  subject text,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (org_id, id),
  unique (org_id, email),
  check ((issuer is null) = (subject is null))
);
create unique index users_identity on users (org_id, issuer, subject) where subject is not null;
create index users_by_subject on users (subject, issuer) where subject is not null;
create index users_by_email on users (email);
${sealed('users')}

create table roles (
  id uuid primary key default gen_random_uuid(),
  org_id uuid not null references organizations (id) on delete cascade,
  name text not null check (length(name) between 1 and 100),
  description text not null default '',
  is_system boolean not null default false,
  permissions text[] not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (org_id, id),
  unique (org_id, name)
);
${sealed('roles')}

create table user_roles (
  org_id uuid not null references organizations (id) on delete cascade,
  user_id uuid not null,
  role_id uuid not null,
  created_at timestamptz not null default now(),
  primary key (org_id, user_id, role_id),
  foreign key (org_id, user_id) references users (org_id, id) on delete cascade,
  foreign key (org_id, role_id) references roles (org_id, id) on delete cascade
);
${sealed('user_roles')}
`;

export const down = `
drop table user_roles;
drop table roles;
drop table users;
drop table organizations;
`;
