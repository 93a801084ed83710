import { spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { checkoutDir } from '../../local/paths.ts';
import { stopTree } from '../../local/processes.ts';

const READY_MS = 60_000;
const LOOK_MS = 5;
let counted = 0;

export interface ChildOptions {
  /** Arguments of node, the program's file among them. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Where its output goes. */
  readonly dir: string;
  /** The `msg` of the line that says it is ready. */
  readonly ready: string;
}

export interface Child {
  readonly pid: number;
  /** From spawn to the line that says it is ready; looked for every 5 ms. */
  readonly readyMs: number;
  /** The port that this line names. */
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** A node process whose output goes to a file: reading a pipe would take the load generator's time. */
export async function startChild({ args, env, dir, ready }: ChildOptions): Promise<Child> {
  const file = join(dir, `child-${(counted += 1)}.log`);
  const log = await open(file, 'a', 0o600);
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...args], {
    cwd: checkoutDir,
    env: { PATH: process.env['PATH'] ?? '', TMPDIR: dir, ...env },
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  await log.close();
  const { pid } = child;
  if (pid === undefined) throw new Error('node could not be started');
  const stop = async (): Promise<void> => void (await stopTree(pid, { graceMs: 10_000 }));
  for (const end = startedAt + READY_MS; performance.now() < end && child.exitCode === null; await pause(LOOK_MS)) {
    const line = (await readFile(file, 'utf8')).split('\n').find((text) => text.includes(`"msg":"${ready}"`));
    if (line === undefined) continue;
    const { port = 0 } = JSON.parse(line) as { port?: number };
    return { pid, port, readyMs: performance.now() - startedAt, stop };
  }
  await stop();
  throw new Error(`${args.join(' ')} did not say "${ready}":\n${(await readFile(file, 'utf8')).slice(-2_000)}`);
}
