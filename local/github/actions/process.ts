import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';

export interface Command {
  file: string;
  args: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  /** What it reads; nothing when left out. */
  input?: string;
}

export interface ProcessEnd {
  /** null when it was ended by a signal or could not be started. */
  exitCode: number | null;
  /** True when `signal` was aborted before the process had ended by itself. */
  stopped: boolean;
}

/** How long a group may take to end by itself after SIGTERM. */
const TERMINATION_GRACE_MS = 2_000;
/** How long to wait for the last output after the exit: a process left in the background may hold the pipes. */
const LAST_OUTPUT_MS = 250;

/**
 * Runs a command as the leader of its own process group. When `signal` is aborted the whole group gets SIGTERM
 * and, if it is still there after two seconds, SIGKILL. Output that comes after the end still goes to `onOutput`.
 */
export async function runProcess(
  command: Command,
  signal: AbortSignal,
  onOutput: (text: string) => void,
): Promise<ProcessEnd> {
  if (signal.aborted) return { exitCode: null, stopped: true };
  const child = spawn(command.file, command.args, {
    cwd: command.cwd,
    env: command.env,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // A command may end without having read it.
  child.stdin.on('error', () => {});
  child.stdin.end(command.input ?? '');
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', onOutput);
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => resolve(code));
    child.once('error', (error) => {
      onOutput(`${error.message}\n`);
      resolve(null);
    });
  });

  let stopped = false;
  let ended: Promise<void> = Promise.resolve();
  const stop = (): void => {
    stopped = true;
    ended = endGroup(child, closed);
  };
  signal.addEventListener('abort', stop, { once: true });
  const exitCode = await exited;
  signal.removeEventListener('abort', stop);
  await (stopped ? ended : within(closed, LAST_OUTPUT_MS));
  return { exitCode: stopped ? null : exitCode, stopped };
}

async function endGroup(child: ChildProcess, closed: Promise<void>): Promise<void> {
  signalGroup(child, 'SIGTERM');
  if (await within(closed, TERMINATION_GRACE_MS)) return;
  // The parent of a namespace's first process ends when all in the namespace has ended: so it is the last to go.
  for (const pid of await childrenOf(child)) kill(pid, 'SIGKILL');
  if (await within(closed, TERMINATION_GRACE_MS)) return;
  signalGroup(child, 'SIGKILL');
  await within(closed, LAST_OUTPUT_MS);
}

function signalGroup({ pid }: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (pid !== undefined) kill(-pid, signal);
}

async function childrenOf({ pid }: ChildProcess): Promise<number[]> {
  const pids = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return pids.split(' ').filter(Boolean).map(Number);
}

function kill(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}

/** True when the promise came in time. */
async function within(promise: Promise<void>, timeMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), timeMs);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
