import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { ProcessEntry } from './processes.ts';
import { commandLineOf, listProcesses, sendSignal } from './processes.ts';

/** A process or file that a run should have removed. */
export interface Leftovers {
  readonly processes: readonly { readonly pid: number; readonly command: string }[];
  readonly files: readonly string[];
}

export interface RunMark {
  /** The run's own folder for temporary files. */
  readonly dir: string;
  /** A text that the run's environment carries, and nobody else's. */
  readonly text: string;
  /** Names in `dir` that are caches of tools, not leftovers. */
  readonly ignore: RegExp;
}

/**
 * What a finished run left behind. Processes are recognised by the mark in their environment (inherited also by those
 * that outlive their parent) or by a working folder or command line inside the run's folder (those that cleaned their
 * environment). They get two seconds to end by themselves; what is found then is killed. Linux only; elsewhere files only.
 */
export async function findLeftovers(mark: RunMark): Promise<Leftovers> {
  let found = processesOf(mark);
  for (const end = Date.now() + 2_000; found.length > 0 && Date.now() < end; found = processesOf(mark)) await pause(50);
  const processes = found.map(({ pid }) => ({ pid, command: commandLineOf(pid).slice(0, 200) }));
  for (const { pid } of found) sendSignal(pid, 'SIGKILL');
  const files = readdirSync(mark.dir).filter((name) => !mark.ignore.test(name));
  return { processes, files };
}

function processesOf({ dir, text }: RunMark): ProcessEntry[] {
  if (process.platform !== 'linux') return [];
  return listProcesses().filter(({ pid }) => {
    if (pid === process.pid) return false;
    return (
      attempt(() => readFileSync(`/proc/${pid}/environ`, 'utf8')).includes(text) ||
      `${attempt(() => readlinkSync(`/proc/${pid}/cwd`))}/`.startsWith(`${dir}/`) ||
      commandLineOf(pid).includes(`${dir}/`)
    );
  });
}

function attempt(read: () => string): string {
  try {
    return read();
  } catch {
    return ''; // ended meanwhile, or somebody else's process
  }
}
