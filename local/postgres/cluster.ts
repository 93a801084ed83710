import { execFile } from 'node:child_process';
import { chown, mkdir, mkdtemp, open, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { commandLineOf } from '../processes.ts';
import type { Account } from './account.ts';
import { postgresAccount } from './account.ts';
import { copiedNative, packagedNative } from './native.ts';
import { makeOwnFolder } from './place.ts';

const run = promisify(execFile);

export interface ClusterOptions {
  /** Folder that holds the data and, as root, the binaries; every account must be able to walk into it. */
  readonly dir: string;
  /** Names the data: data of another id in the same folder belongs to a state that is gone, and is removed. */
  readonly stateId: string;
  /** Password of the superuser `postgres`; given to the data when it is made. */
  readonly password: string;
  readonly port: number;
  /** False for tests: nothing is forced to disk. */
  readonly durable: boolean;
}

/** How to start the server; the caller owns the process. */
export interface ServerCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly account?: Account;
}

/** Makes binaries and data ready (both only once) and says how to start the server. */
export async function prepareCluster(options: ClusterOptions): Promise<ServerCommand> {
  const account = postgresAccount();
  await makeOwnFolder(options.dir);
  const packaged = await packagedNative();
  const native = account ? await copiedNative(packaged, options.dir) : packaged.dir;
  const data = join(options.dir, `data-${options.stateId}`);
  await removeStrayData(options);
  await initialise({ ...options, data, native, account });
  await removeForeignLock(data);
  return {
    file: join(native, 'bin', 'postgres'),
    args: ['-D', data, ...settings(options)],
    cwd: options.dir,
    env: { LC_ALL: 'C', TZ: 'UTC' },
    ...(account && { account }),
  };
}

function settings({ port, durable }: ClusterOptions): string[] {
  const values: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '', // its file would lie in a folder that every account can write to
    max_connections: 200,
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(!durable && {
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      wal_level: 'minimal',
      max_wal_senders: 0,
    }),
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

interface Initialise extends ClusterOptions {
  readonly data: string;
  readonly native: string;
  readonly account: Account | undefined;
}

/** initdb into a folder of another name first: one that was interrupted must not look finished. */
async function initialise({ dir, data, native, account, password, durable }: Initialise): Promise<void> {
  const version = await readFile(join(data, 'PG_VERSION'), 'utf8').catch(() => undefined);
  const ours = (await run(join(native, 'bin', 'postgres'), ['--version'])).stdout.replace(/^\D*(\d+).*$/s, '$1');
  if (version !== undefined && version.trim() !== ours) {
    throw new Error(`${data} was made by Postgres ${version.trim()}, this is ${ours}: run \`npm run clean\`.`);
  }
  if (version !== undefined) return;
  const work = await mkdtemp(join(dir, 'init-'));
  try {
    const passwordFile = join(work, 'password');
    await writeOwned(passwordFile, `${password}\n`, account);
    await mkdir(join(work, 'data'), { mode: 0o700 });
    if (account) {
      await chown(join(work, 'data'), account.uid, account.gid);
      await chown(work, account.uid, account.gid);
    }
    const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']; // the same on every machine
    await run(
      join(native, 'bin', 'initdb'),
      [
        '-D',
        join(work, 'data'),
        '-U',
        'postgres',
        '--auth=scram-sha-256',
        `--pwfile=${passwordFile}`,
        ...locale,
        ...(durable ? [] : ['--no-sync']),
      ],
      { cwd: work, env: { LC_ALL: 'C', TZ: 'UTC', PATH: process.env['PATH'] ?? '' }, ...account },
    );
    await rename(join(work, 'data'), data);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function writeOwned(path: string, text: string, account: Account | undefined): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    if (account) await file.chown(account.uid, account.gid);
  } finally {
    await file.close();
  }
}

async function removeStrayData({ dir, stateId }: ClusterOptions): Promise<void> {
  for (const name of await readdir(dir)) {
    const stray = name.startsWith('data-') && name !== `data-${stateId}`;
    const interrupted = name.startsWith('init-') && Date.now() - (await stat(join(dir, name))).mtimeMs > 600_000;
    if (stray || interrupted) await rm(join(dir, name), { recursive: true, force: true });
  }
}

/** After an unclean end the pid in the lock may be anybody's by now, and Postgres would refuse to start because of it. */
async function removeForeignLock(data: string): Promise<void> {
  const lock = join(data, 'postmaster.pid');
  const pid = Number((await readFile(lock, 'utf8').catch(() => '')).split('\n')[0]);
  if (pid > 0 && !commandLineOf(pid).includes(data)) await rm(lock, { force: true });
}
