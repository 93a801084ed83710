import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** One process as the operating system lists it. `startedAt` tells two processes with the same pid apart. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parentPid: number;
  readonly groupId: number;
  readonly startedAt: string;
}

/** Every process that still runs; one that only waits to be reaped (zombie) does not count. */
export function listProcesses(): ProcessEntry[] {
  return process.platform === 'linux' ? listFromProc() : listFromPs();
}

function listFromProc(): ProcessEntry[] {
  return readdirSync('/proc').flatMap((name) => {
    const entry = /^\d+$/.test(name) ? readProcStat(Number(name)) : undefined;
    return entry ? [entry] : [];
  });
}

function readProcStat(pid: number): ProcessEntry | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined; // it ended while we looked
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name before may hold spaces and parentheses
  const [state, parentPid, groupId] = fields;
  if (state === undefined || state === 'Z' || state === 'X') return undefined;
  return { pid, parentPid: Number(parentPid), groupId: Number(groupId), startedAt: fields[19] ?? '' };
}

function listFromPs(): ProcessEntry[] {
  const output = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat=,lstart='], { encoding: 'utf8' });
  return output.split('\n').flatMap((line) => {
    const [pid, parentPid, groupId, state, ...startedAt] = line.trim().split(/\s+/);
    if (pid === undefined || pid === '' || state === undefined || state.startsWith('Z')) return [];
    return [
      { pid: Number(pid), parentPid: Number(parentPid), groupId: Number(groupId), startedAt: startedAt.join(' ') },
    ];
  });
}

/** What tells this process from a later one with the same pid; undefined when it does not run. */
export function startTimeOf(pid: number): string | undefined {
  if (process.platform === 'linux') return readProcStat(pid)?.startedAt;
  return listFromPs().find((entry) => entry.pid === pid)?.startedAt;
}

/** The command line of a process, or '' when it cannot be read. */
export function commandLineOf(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}

/** The process and everything that it started, as far as parents are still known. */
export function treeOf(pid: number): ProcessEntry[] {
  const all = listProcesses();
  const tree = all.filter((entry) => entry.pid === pid);
  for (const parent of tree) tree.push(...all.filter((entry) => entry.parentPid === parent.pid && entry.pid !== pid)); // grows while it is walked
  return tree;
}

/** Sends a signal; a process that is already gone is no error. Negative pid: the group. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

export interface StopOptions {
  /** How the process is asked to stop. Default SIGTERM. */
  readonly signal?: NodeJS.Signals;
  /** How long it may take before everything is killed. Default 10 000. */
  readonly graceMs?: number;
}

/**
 * Stops a process that leads its own group: asks the leader, waits, then kills whatever is left of the group and of the
 * tree below it. Returns true when it had to kill. Resolves only when nothing of it runs any more.
 */
export async function stopTree(
  pid: number,
  { signal = 'SIGTERM', graceMs = 10_000 }: StopOptions = {},
): Promise<boolean> {
  const before = treeOf(pid);
  const left = (): ProcessEntry[] => remaining(pid, before);
  if (left().length === 0) return false;
  if (startTimeOf(pid) !== undefined) sendSignal(pid, signal);
  if (await waitUntil(() => left().length === 0, graceMs)) return false;
  for (const entry of left()) sendSignal(entry.pid, 'SIGKILL');
  if (!(await waitUntil(() => left().length === 0, 10_000))) {
    throw new Error(
      `process ${left()
        .map((entry) => entry.pid)
        .join(', ')} survives SIGKILL`,
    );
  }
  return true;
}

function remaining(groupId: number, known: readonly ProcessEntry[]): ProcessEntry[] {
  return listProcesses().filter(
    (entry) =>
      entry.groupId === groupId || known.some((was) => was.pid === entry.pid && was.startedAt === entry.startedAt),
  );
}

async function waitUntil(done: () => boolean, timeoutMs: number): Promise<boolean> {
  const end = Date.now() + timeoutMs;
  for (let pauseMs = 10; !done(); pauseMs = Math.min(pauseMs * 2, 100)) {
    if (Date.now() >= end) return false;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return true;
}
