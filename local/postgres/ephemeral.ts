import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { anyFreePort } from '../ports.ts';
import { stopTree } from '../processes.ts';
import { prepareCluster } from './cluster.ts';
import { adminUrlOf, answersQueries } from './ready.ts';

const START_TIMEOUT_MS = 60_000; // initdb is done by then; generous because test machines are busy
const ATTEMPTS = 3; // somebody else may take the free port between asking and listening

/** A throw-away Postgres. */
export interface EphemeralPostgres {
  readonly adminUrl: string;
  readonly pid: number;
  /** Stops the server and removes its folder. */
  stop(): Promise<void>;
}

/** Starts a new, empty Postgres that forces nothing to disk, in a folder that must not exist yet. */
export async function startEphemeralPostgres(dir: string): Promise<EphemeralPostgres> {
  const password = randomBytes(24).toString('base64url');
  for (let attempt = 1; ; attempt += 1) {
    const port = await anyFreePort();
    const command = await prepareCluster({ dir, stateId: 'test', password, port, durable: false });
    const log = await open(join(dir, 'postgres.log'), 'a', 0o600);
    const child = spawn(command.file, command.args, {
      cwd: command.cwd,
      env: command.env,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      ...command.account,
    });
    await log.close();
    const pid = child.pid;
    if (pid === undefined) throw new Error(`${command.file} could not be started`);
    const adminUrl = adminUrlOf(port, password);
    if (await comesUp(adminUrl, () => child.exitCode !== null || child.signalCode !== null)) {
      return { adminUrl, pid, stop: () => stopAndRemove(pid, dir) };
    }
    const said = await readFile(join(dir, 'postgres.log'), 'utf8');
    await stopTree(pid, { signal: 'SIGQUIT', graceMs: 1_000 });
    if (attempt === ATTEMPTS) throw new Error(`Postgres did not start:\n${said.slice(-2_000)}`);
  }
}

async function comesUp(url: string, ended: () => boolean): Promise<boolean> {
  for (const end = Date.now() + START_TIMEOUT_MS; Date.now() < end && !ended(); await pause(30)) {
    if (await answersQueries(url)) return true;
  }
  return false;
}

async function stopAndRemove(pid: number, dir: string): Promise<void> {
  await stopTree(pid, { signal: 'SIGINT', graceMs: 10_000 }); // SIGINT: ends the sessions; SIGTERM would wait for them
  await rm(dir, { recursive: true, force: true });
}
