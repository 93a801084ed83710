import { Client } from 'pg';
import { Umzug, type UmzugStorage } from 'umzug';
import { migrations } from './index.ts';

/** Brings the database up to date as `tenon_owner`; returns the names of the migrations that ran, in order. */
export async function migrate(ownerUrl: string): Promise<string[]> {
  return withUmzug(ownerUrl, async (umzug) => (await umzug.up()).map((done) => done.name));
}

/** Takes back the last `steps` migrations (all with `Infinity`); returns their names in the order they were undone. */
export async function migrateDown(ownerUrl: string, steps: number): Promise<string[]> {
  return withUmzug(ownerUrl, async (umzug) => {
    const undone = await umzug.down(Number.isFinite(steps) ? { step: steps } : { to: 0 });
    return undone.map((done) => done.name);
  });
}

async function withUmzug<T>(ownerUrl: string, work: (umzug: Umzug<Client>) => Promise<T>): Promise<T> {
  // commit-ok: runs as tenon_owner, under one lock that outlives each migration's transaction
  const client = new Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    // Two deployments at once: the second waits here and then finds nothing to do.
    await client.query('select pg_advisory_lock(7303014)');
    const umzug = new Umzug({
      migrations: migrations.map(({ name, up, down }) => ({
        name,
        up: () => inTransaction(client, up),
        down: () => inTransaction(client, down),
      })),
      context: client,
      storage: tableStorage(client),
      logger: undefined,
    });
    return await work(umzug);
  } finally {
    await client.end();
  }
}

async function inTransaction(client: Client, sql: string): Promise<void> {
  await client.query('begin'); // commit-ok: each migration is a transaction of its own
  try {
    await client.query(sql);
    await client.query('commit'); // commit-ok: the migration's own transaction
  } catch (error) {
    await client.query('rollback'); // commit-ok: nothing of a failed migration stays
    throw error;
  }
}

function tableStorage(client: Client): UmzugStorage<Client> {
  const ensure = (): Promise<unknown> =>
    client.query(
      'create table if not exists schema_migrations (name text primary key, ran_at timestamptz not null default now())',
    );
  return {
    async executed() {
      await ensure();
      const { rows } = await client.query<{ name: string }>('select name from schema_migrations order by name');
      return rows.map((row) => row.name);
    },
    async logMigration({ name }) {
      await client.query('insert into schema_migrations (name) values ($1)', [name]);
    },
    async unlogMigration({ name }) {
      await client.query('delete from schema_migrations where name = $1', [name]);
    },
  };
}
