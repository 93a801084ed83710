import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { checkoutDir } from '../../local/paths.ts';
import { type EphemeralPostgres, startEphemeralPostgres } from '../../local/postgres/ephemeral.ts';
import { bootstrapDatabase } from '../../migrations/bootstrap.ts';
import { migrate } from '../../migrations/run.ts';

const passwords = { owner: "o'wner", app: 'app-password', system: 'system-password' };
const env: Readonly<Record<string, string>> = {
  TENON_DB_OWNER_PASSWORD: passwords.owner,
  TENON_DB_APP_PASSWORD: passwords.app,
  TENON_DB_SYSTEM_PASSWORD: passwords.system,
  TEMPORAL_DB_PASSWORD: 'temporal-password',
};

describe("the roles and databases of docker-compose's Postgres", function () {
  this.timeout(60_000);
  let dir: string;
  let postgres: EphemeralPostgres;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tenon-roles-'));
    await chmod(dir, 0o711);
    postgres = await startEphemeralPostgres(join(dir, 'postgres'));
  });

  afterEach(async () => {
    await postgres.stop();
    await rm(dir, { recursive: true, force: true });
  });

  function urlOf(database: string, role?: string, password?: string): string {
    const url = new URL(postgres.adminUrl);
    url.pathname = `/${database}`;
    if (role !== undefined) url.username = role;
    if (password !== undefined) url.password = encodeURIComponent(password);
    return url.href;
  }

  async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      const result = await client.query<Record<string, unknown>>(sql);
      return result.rows;
    } finally {
      await client.end();
    }
  }

  /** Runs the script as psql does, as far as it uses psql: `\getenv`, `:'variable'`, `\connect`. */
  async function runScript(): Promise<void> {
    const script = await readFile(join(checkoutDir, 'deploy', 'postgres', '10-tenon.sql'), 'utf8');
    const variables = new Map(
      [...script.matchAll(/^\\getenv (\w+) (\w+)$/gm)].map(([, name = '', from = '']) => [name, env[from]]),
    );
    const [first = '', second = ''] = script.replaceAll(/^\\getenv .*$/gm, '').split(/^\\connect tenon$/m);
    const filled = (sql: string): string =>
      sql.replaceAll(
        /:'(\w+)'/g,
        (_use, name: string) => `'${(variables.get(name) ?? assert.fail(name)).replaceAll("'", "''")}'`,
      );
    for (const statement of filled(first).replaceAll(/--.*$/gm, '').split(';')) {
      if (statement.trim() !== '') await query(urlOf('postgres'), statement); // one by one: databases are not made in a transaction
    }
    await query(urlOf('tenon'), second);
  }

  const ROLES = `
    select r.rolname, r.rolcanlogin, r.rolsuper, r.rolbypassrls, r.rolcreatedb, r.rolcreaterole,
           array(select m.rolname || ' ' || g.inherit_option || ' ' || g.set_option from pg_auth_members g
                 join pg_roles m on m.oid = g.roleid where g.member = r.oid order by 1) as memberships
    from pg_roles r where r.rolname like 'tenon%' order by 1`;
  const DATABASE = `select pg_get_userbyid(datdba) as owner, datacl::text from pg_database where datname = 'tenon'`;
  const SCHEMA = `select pg_get_userbyid(nspowner) as owner, nspacl::text from pg_namespace where nspname = 'public'`;

  async function picture(): Promise<unknown> {
    return [
      await query(urlOf('tenon'), ROLES),
      await query(urlOf('tenon'), DATABASE),
      await query(urlOf('tenon'), SCHEMA),
    ];
  }

  it('are those of a local stack, and the migrations run on them', async () => {
    await runScript();
    const made = await picture();
    assert.ok((await migrate(urlOf('tenon', 'tenon_owner', passwords.owner))).length > 0);
    assert.deepEqual(await query(urlOf('tenon', 'tenon_app', passwords.app), 'select 1 as one'), [{ one: 1 }]);
    assert.deepEqual(await query(urlOf('tenon', 'tenon_system', passwords.system), 'select 1 as one'), [{ one: 1 }]);
    await postgres.stop();
    postgres = await startEphemeralPostgres(join(dir, 'postgres'));
    await bootstrapDatabase({ adminUrl: postgres.adminUrl, database: 'tenon', passwords });
    assert.deepEqual(made, await picture());
  });

  it("give Temporal its own databases, and keep it out of Tenon's", async () => {
    await runScript();
    for (const database of ['temporal', 'temporal_visibility']) {
      const url = urlOf(database, 'temporal', env['TEMPORAL_DB_PASSWORD']);
      await query(url, 'create extension btree_gin; create table t (n int)');
    }
    await assert.rejects(
      query(urlOf('tenon', 'temporal', env['TEMPORAL_DB_PASSWORD']), 'select 1'),
      /permission denied/,
    );
    await assert.rejects(query(urlOf('temporal', 'tenon_app', passwords.app), 'select 1'), /permission denied/);
  });
});
