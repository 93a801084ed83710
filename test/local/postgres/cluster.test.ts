import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { anyFreePort } from '../../../local/ports.ts';
import { type ClusterOptions, prepareCluster } from '../../../local/postgres/cluster.ts';
import { adminUrlOf, answersQueries } from '../../../local/postgres/ready.ts';
import { sendSignal, treeOf } from '../../../local/processes.ts';
import { type RunningComponent, Supervisor } from '../../../local/supervisor/supervisor.ts';

describe('the Postgres of the local stack', function () {
  this.timeout(60_000);
  let dir: string;
  let options: ClusterOptions;
  let supervisor: Supervisor | undefined;
  let running: readonly RunningComponent[] = [];

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tenon-cluster-'));
    await chmod(dir, 0o711);
    options = {
      dir: join(dir, 'place'),
      stateId: 'one',
      password: 'first-password',
      port: await anyFreePort(),
      durable: true,
    };
  });

  afterEach(() => supervisor?.stop());

  after(() => rm(dir, { recursive: true, force: true }));

  async function start(): Promise<Supervisor> {
    const command = await prepareCluster(options);
    supervisor = new Supervisor({ logDir: join(dir, 'logs'), onChange: (now) => (running = [...now]) });
    await supervisor.start({
      ...command,
      name: 'postgres',
      urls: {},
      ports: {},
      healthy: () => answersQueries(adminUrlOf(options.port, options.password)),
      startTimeoutMs: 30_000,
      stopSignal: 'SIGINT',
      stopGraceMs: 15_000,
    });
    return supervisor;
  }

  async function query(sql: string): Promise<unknown[]> {
    const client = new Client({ connectionString: adminUrlOf(options.port, options.password) });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  it('starts with durable settings, on the loopback only, and accepts no other password', async () => {
    await start();
    const [settings] = await query(
      `select current_setting('fsync') as fsync, current_setting('listen_addresses') as addresses,
              current_setting('unix_socket_directories') as sockets, current_setting('password_encryption') as encryption`,
    );
    assert.deepEqual(settings, { fsync: 'on', addresses: '127.0.0.1', sockets: '', encryption: 'scram-sha-256' });
    assert.equal(await answersQueries(adminUrlOf(options.port, 'wrong')), false);
    await query('create table kept (n int); insert into kept values (42)');
  });

  it('has its data after an ordered stop and a new start', async () => {
    await start();
    assert.deepEqual(await query('select n from kept'), [{ n: 42 }]);
  });

  it('comes up with its data after all its processes were killed, also when the old pid is somebody else now', async () => {
    await start();
    await query('insert into kept values (43)');
    const pid = running[0]?.pid ?? 0;
    for (const entry of treeOf(pid)) sendSignal(entry.pid, 'SIGKILL');
    await supervisor?.failure;
    await supervisor?.stop();
    const lock = join(options.dir, 'data-one', 'postmaster.pid');
    const stale = await readFile(lock, 'utf8');
    await writeFile(lock, stale.replace(/^\d+/, String(process.ppid)));
    await start();
    assert.deepEqual(await query('select n from kept order by n'), [{ n: 42 }, { n: 43 }]);
  });

  it('comes up while the workers of a killed server are still ending', async () => {
    await start();
    process.kill(running[0]?.pid ?? 0, 'SIGKILL');
    await supervisor?.failure;
    await supervisor?.stop();
    await start();
    assert.deepEqual(await query('select count(*)::int as n from kept'), [{ n: 2 }]);
  });

  it('does not take the data of a removed state for its own', async () => {
    options = { ...options, stateId: 'two', password: 'second-password' };
    await start();
    assert.deepEqual(await query(`select to_regclass('kept') as kept`), [{ kept: null }]);
    assert.deepEqual(
      (await readdir(options.dir)).filter((name) => name.startsWith('data-')),
      ['data-two'],
    );
  });

  it('refuses data of another version with a sentence', async () => {
    await writeFile(join(options.dir, 'data-two', 'PG_VERSION'), '9\n');
    await assert.rejects(prepareCluster(options), /was made by Postgres 9, this is \d+: run `npm run clean`/);
  });

  it('refuses a folder that others can write to', async () => {
    await chmod(options.dir, 0o777);
    await assert.rejects(prepareCluster(options), /belongs to somebody else or is writable by others/);
  });
});
