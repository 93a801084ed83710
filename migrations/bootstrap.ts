import { Client } from 'pg';

export interface BootstrapOptions {
  /** A superuser's (or CREATEROLE + CREATEDB role's) connection to any database of the cluster. */
  readonly adminUrl: string;
  /** The database to create, e.g. `tenon`. */
  readonly database: string;
  readonly passwords: { readonly owner: string; readonly app: string; readonly system: string };
}

/**
 * Creates Tenon's database roles and its database; safe to repeat (passwords are then set anew).
 * `tenon_owner` runs migrations and is no superuser, so what works here works on a managed Postgres too.
 * `tenon_lookup` and `tenon_audit` cannot log in: they only own the functions that may see past one tenant or append to
 * an audit chain.
 */
export async function bootstrapDatabase({ adminUrl, database, passwords }: BootstrapOptions): Promise<void> {
  await withClient(adminUrl, async (client) => {
    await ensureLogin(client, 'tenon_owner', passwords.owner);
    await ensureLogin(client, 'tenon_app', passwords.app);
    await ensureLogin(client, 'tenon_system', passwords.system);
    for (const role of ['tenon_lookup', 'tenon_audit']) {
      await ensureRole(client, role, 'NOLOGIN');
      await client.query(`grant ${role} to tenon_owner with inherit false, set true`);
    }
    const found = await client.query('select 1 from pg_database where datname = $1', [database]);
    if (found.rowCount === 0) await client.query(`create database ${client.escapeIdentifier(database)}`);
    await client.query(`alter database ${client.escapeIdentifier(database)} owner to tenon_owner`);
    await client.query(`revoke all on database ${client.escapeIdentifier(database)} from public`);
    await client.query(`grant connect on database ${client.escapeIdentifier(database)} to tenon_app, tenon_system`);
  });
  const inside = new URL(adminUrl);
  inside.pathname = `/${database}`;
  await withClient(inside.href, async (client) => {
    await client.query('alter schema public owner to tenon_owner');
    await client.query('revoke all on schema public from public');
    await client.query('grant usage on schema public to tenon_app, tenon_system, tenon_lookup, tenon_audit');
  });
}

async function withClient(connectionString: string, work: (client: Client) => Promise<void>): Promise<void> {
  // commit-ok: makes roles and database before there is one to work in; CREATE DATABASE refuses a transaction
  const client = new Client({ connectionString });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

async function ensureLogin(client: Client, role: string, password: string): Promise<void> {
  await ensureRole(client, role, 'LOGIN');
  await client.query(`alter role ${role} password ${client.escapeLiteral(password)}`);
}

async function ensureRole(client: Client, role: string, login: 'LOGIN' | 'NOLOGIN'): Promise<void> {
  const found = await client.query('select 1 from pg_roles where rolname = $1', [role]);
  if (found.rowCount === 0) await client.query(`create role ${role} ${login} NOSUPERUSER NOBYPASSRLS NOCREATEDB`);
}
