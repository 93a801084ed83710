import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import type { Sequelize } from 'sequelize';
import type { Delivered, OutboxEntry } from '../../core/outbox.ts';
import { filterByTenant } from '../../core/tenant-filter.ts';
import { unitsOfWork, type UnitsOfWork } from '../../core/unit-of-work.ts';
import { defineModels } from '../../models/index.ts';
import { connect } from '../../services/connect.ts';

/** This mocha process's own database: a clone of the migrated template, with every role's address. */
export interface TestDatabase {
  readonly name: string;
  /** As tenon_app. */
  readonly appUrl: string;
  readonly systemUrl: string;
  readonly ownerUrl: string;
  /** As superuser: sees past row-level security. */
  readonly adminUrl: string;
  /** As tenon_app, with the models bound; one per process, because models know just one connection. */
  readonly db: Sequelize;
  /** Units of work that deliver nothing: messages stay in the outbox. */
  readonly uow: UnitsOfWork;
  /** Another set of units on the same database, with its own delivery. */
  unitsWith(deliver: (entries: readonly OutboxEntry[]) => Promise<Delivered[]>): UnitsOfWork;
  /** Rows as the superuser sees them: what a test looks at behind the API's back. */
  rows<T extends object>(sql: string, values?: readonly unknown[]): Promise<T[]>;
}

interface OpenDatabase extends TestDatabase {
  /** Closes connections and drops the clone. */
  close(): Promise<void>;
}

/** What a variant of the database does without; it holds tenants apart all the same. */
export interface Without {
  readonly rowSecurity?: boolean;
  /** The filter of model queries (core/tenant-filter.ts). */
  readonly codeFilter?: boolean;
}

let opened: Promise<OpenDatabase> | undefined;

/** Clones the template at the first call. */
export function testDatabase(): Promise<TestDatabase> {
  return (opened ??= clone());
}

/**
 * Puts an empty variant in the place of this process's database: models, factories and `testDatabase()` use it until the
 * function that this gives is called. Call both in `before` and `after`.
 */
export async function useVariant(without: Without): Promise<() => Promise<void>> {
  const usual = await testDatabase();
  const variant = await clone(without);
  const before = opened;
  opened = Promise.resolve(variant);
  return async () => {
    opened = before;
    defineModels(usual.db);
    filterByTenant(usual.db);
    await variant.close();
  };
}

/** Removes every row; call it in `before`. Ids go on counting, so a forgotten row of another file is never mistaken for ours. */
export async function resetDatabase(): Promise<TestDatabase> {
  const database = await testDatabase();
  const tables = await database.rows<{ name: string }>(
    `select quote_ident(tablename) as name from pg_tables where schemaname = 'public' and tablename <> 'schema_migrations'`,
  );
  await database.rows(`truncate ${tables.map(({ name }) => name).join(', ')} cascade`);
  return database;
}

// A root hook of the module instance that the test files load: mocha loads what `--require` names by another loader, which
// would drop the database of a second, unused instance. Benchmarks run without mocha and drop it themselves.
if (typeof after === 'function') after(dropTestDatabase);

/** Closes this process's database, if it was opened, and drops the clone. */
export async function dropTestDatabase(): Promise<void> {
  if (!opened) return;
  const database = await opened;
  opened = undefined;
  await database.close();
}

const NO_ROW_SECURITY = `do $$
declare sealed regclass;
begin
  for sealed in select oid from pg_class where relrowsecurity and relnamespace = 'public'::regnamespace loop
    execute format('alter table %s disable row level security', sealed);
  end loop;
end $$`;

async function clone(without: Without = {}): Promise<OpenDatabase> {
  const adminUrl = variable('TENON_TEST_PG_ADMIN_URL');
  const template = variable('TENON_TEST_TEMPLATE_DB');
  const passwords = JSON.parse(process.env['TENON_TEST_PG_PASSWORDS'] ?? '{}') as Record<string, string>;
  const name = `tenon_test_${process.pid}_${randomBytes(4).toString('hex')}`;
  await withAdmin(adminUrl, (client) =>
    client.query(
      `create database ${client.escapeIdentifier(name)} template ${client.escapeIdentifier(template)} owner tenon_owner`,
    ),
  );
  const urlOf = (role: 'owner' | 'app' | 'system'): string => {
    const url = new URL(adminUrl);
    url.username = `tenon_${role}`;
    url.password = passwords[role] ?? '';
    url.pathname = `/${name}`;
    return url.href;
  };
  const inside = new URL(adminUrl);
  inside.pathname = `/${name}`;
  const looker = new Client({ connectionString: inside.href });
  await looker.connect();
  if (without.rowSecurity) await looker.query(NO_ROW_SECURITY);
  const seal = without.codeFilter ? () => undefined : filterByTenant;
  const db = connect(urlOf('app'), { poolSize: 10, applicationName: 'tenon-test' }, seal);
  const unitsWith = (deliver: (entries: readonly OutboxEntry[]) => Promise<Delivered[]>): UnitsOfWork =>
    unitsOfWork({
      db,
      deliver,
      onMarkError: (error) => {
        throw error;
      },
    });
  return {
    name,
    db,
    unitsWith,
    appUrl: urlOf('app'),
    systemUrl: urlOf('system'),
    ownerUrl: urlOf('owner'),
    adminUrl: inside.href,
    uow: unitsWith(() => Promise.resolve([])),
    rows: async <T extends object>(sql: string, values: readonly unknown[] = []) =>
      (await looker.query<T>(sql, [...values])).rows,
    async close() {
      await db.close();
      await looker.end();
      await withAdmin(adminUrl, (client) =>
        client.query(`drop database if exists ${client.escapeIdentifier(name)} with (force)`),
      );
    },
  };
}

async function withAdmin<T>(connectionString: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function variable(name: string): string {
  const value = process.env[name];
  if (!value)
    throw new Error(`${name} is not set: run tests through \`npm test -- <files>\`, which brings a Postgres.`);
  return value;
}
