import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { bootstrapDatabase } from '../../migrations/bootstrap.ts';
import { migrations } from '../../migrations/index.ts';
import { migrate, migrateDown } from '../../migrations/run.ts';

const adminUrl = process.env['TENON_TEST_PG_ADMIN_URL'] ?? '';
const passwords = JSON.parse(process.env['TENON_TEST_PG_PASSWORDS'] ?? '{}') as {
  owner: string;
  app: string;
  system: string;
};

function urlOf(database: string, user?: string, password?: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  if (user !== undefined) Object.assign(url, { username: user, password: password ?? '' });
  return url.href;
}

async function query<T extends object>(url: string, sql: string): Promise<T[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Everything that a migration can make: tables with columns, constraints, indexes, policies, functions, grants. */
const SCHEMA = `
  select 'column' kind, table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable what
    from information_schema.columns where table_schema = 'public' and table_name <> 'schema_migrations'
  union all select 'constraint', conrelid::regclass || ' ' || pg_get_constraintdef(oid)
    from pg_constraint where connamespace = 'public'::regnamespace and conrelid <> 'schema_migrations'::regclass
  union all select 'index', indexdef from pg_indexes where schemaname = 'public' and tablename <> 'schema_migrations'
  union all select 'policy', tablename || ' ' || policyname || ' ' || cmd || ' ' || roles::text from pg_policies
  union all select 'function', oid::regprocedure || ' ' || proowner::regrole from pg_proc where pronamespace = 'public'::regnamespace
  union all select 'grant', grantee || ' ' || privilege_type || ' ' || table_name
    from information_schema.table_privileges where table_schema = 'public' and table_name <> 'schema_migrations'
  order by 1, 2`;

describe('migrations', () => {
  const database = `tenon_migrations_${randomBytes(4).toString('hex')}`;
  const owner = urlOf(database, 'tenon_owner', passwords.owner);

  before(() => bootstrapDatabase({ adminUrl, database, passwords }));
  after(() => query(adminUrl, `drop database if exists ${database} with (force)`));

  it('go forward, all the way back to nothing, and forward to the same again', async () => {
    const names = migrations.map(({ name }) => name);
    assert.deepEqual(await migrate(owner), names);
    const first = await query(owner, SCHEMA);
    assert.deepEqual(await migrateDown(owner, Infinity), names.toReversed());
    assert.deepEqual(await query(owner, SCHEMA), []);
    await migrate(owner);
    assert.deepEqual(await query(owner, SCHEMA), first);
  });

  it('do nothing the second time, and bootstrapping again changes nothing', async () => {
    const before = await query(owner, SCHEMA);
    await bootstrapDatabase({ adminUrl, database, passwords });
    assert.deepEqual(await migrate(owner), []);
    assert.deepEqual(await query(owner, SCHEMA), before);
  });

  it('run as a role that is neither superuser nor allowed past row-level security', async () => {
    const roles = await query<{ rolname: string }>(
      adminUrl,
      `select rolname from pg_roles where rolname like 'tenon%' and (rolsuper or rolbypassrls or rolcreaterole)`,
    );
    assert.deepEqual(roles, []);
  });
});

describe('the migration to accounts', () => {
  const database = `tenon_migrations_${randomBytes(4).toString('hex')}`;
  const owner = urlOf(database, 'tenon_owner', passwords.owner);
  const admin = urlOf(database);

  before(() => bootstrapDatabase({ adminUrl, database, passwords }));
  after(() => query(adminUrl, `drop database if exists ${database} with (force)`));

  it('gives organisations the roles that came later, and takes their people for accepted and proven', async () => {
    await migrate(owner);
    const later = migrations.length - migrations.findIndex(({ name }) => name === '0008-accounts');
    await migrateDown(owner, later);
    await query(
      admin,
      `insert into organizations (id, slug, name) values ('00000000-0000-4000-8000-000000000001', 'old', 'Old');
       insert into roles (org_id, name, is_system) select id, 'owner', true from organizations;
       insert into users (org_id, email, name) select id, 'ada@old.test', 'Ada' from organizations`,
    );
    assert.equal((await migrate(owner)).length, later);
    const roles = await query<{ name: string }>(admin, 'select name from roles where is_system order by name');
    assert.deepEqual(
      roles.map(({ name }) => name),
      ['employee', 'hr', 'owner', 'viewer'],
    );
    const people = await query(
      admin,
      'select accepted_at is not null as accepted, email_verified_at is not null as proven, self_registered from users',
    );
    assert.deepEqual(people, [{ accepted: true, proven: true, self_registered: false }]);
    const loose = await query(
      admin,
      `select relname from pg_class where relnamespace = 'public'::regnamespace and relrowsecurity and not relforcerowsecurity`,
    );
    assert.deepEqual(loose, [], 'what was opened for a moment is sealed again');
    await migrateDown(owner, later);
    const left = await query<{ name: string }>(admin, 'select name from roles');
    assert.deepEqual(left, [{ name: 'owner' }]);
  });
});

describe('the migrated database', () => {
  const template = urlOf(process.env['TENON_TEST_TEMPLATE_DB'] ?? 'tenon_template', 'tenon_owner', passwords.owner);

  it('forces row-level security on every tenant table, with a check on what is written', async () => {
    const bare = await query(
      template,
      `select c.relname from pg_class c
       join pg_attribute a on a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped
       where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
         and (not c.relrowsecurity or not c.relforcerowsecurity
           or not exists (select from pg_policy p where p.polrelid = c.oid and p.polcmd in ('*', 'a') and p.polwithcheck is not null))`,
    );
    assert.deepEqual(bare, []);
  });

  it('has no table outside the tenants but those with a reason', async () => {
    const outside = await query<{ relname: string }>(
      template,
      `select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
         and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id') order by 1`,
    );
    assert.deepEqual(
      outside.map(({ relname }) => relname),
      [
        'github_budgets', // shared by all: until when GitHub wants nothing, by installation
        'github_deliveries', // arrive before anyone knows whose they are; hold ids only
        'github_delivery_scans', // how far GitHub's log of a hook was read
        'github_installations', // of the GitHub App, which is the installation's, not a tenant's
        'organizations', // is the tenant; sealed by its own id
        'rate_limits', // counters under hashed keys, also of people whom nobody knows yet
        'schema_migrations', // the owner's; no grant to anyone
        'sign_in_failures', // counters by a hash of the e-mail, before anyone knows whose it is
      ],
    );
  });

  it('ties tenant tables together by keys that name the organisation', async () => {
    const loose = await query(
      template,
      `select conrelid::regclass::text as "from", pg_get_constraintdef(k.oid) as key from pg_constraint k
       where contype = 'f' and connamespace = 'public'::regnamespace and confrelid <> 'organizations'::regclass
         and not exists (select from pg_attribute a
           where a.attrelid = k.confrelid and a.attnum = any (k.confkey) and a.attname = 'org_id')`,
    );
    assert.deepEqual(loose, []);
  });

  it('lets the application neither write the audit chain nor become another role', async () => {
    const app = urlOf(process.env['TENON_TEST_TEMPLATE_DB'] ?? 'tenon_template', 'tenon_app', passwords.app);
    for (const forbidden of [
      `insert into audit_entries (org_id, seq, body, prev_hash, hash, at) values (gen_random_uuid(), 1, '{}', '', '', now())`,
      `update audit_entries set body = '{}'`,
      `delete from audit_entries`,
      `update audit_heads set seq = 0`,
      `set role tenon_lookup`,
      `set role tenon_audit`,
      `delete from outbox`,
      `select token_hash from candidate_sessions, schema_migrations`,
    ]) {
      await assert.rejects(query(app, forbidden), /permission denied/, forbidden);
    }
  });
});
