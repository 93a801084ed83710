import { readFile } from 'node:fs/promises';
import { commandLineOf, listProcesses } from '../../local/processes.ts';

/** What a process of the stack tells of itself at `/metrics`. */
export interface ProcessMetrics {
  /** Resident memory, bytes. */
  readonly rssBytes: number;
  /** Node's heap in use, bytes; garbage that is not collected yet counts. */
  readonly heapBytes: number;
  /** CPU since it started, in seconds, of all its threads. */
  readonly cpuSeconds: number;
  /** Event loop delay since the last look (a look begins it anew), in milliseconds. */
  readonly loopP50Ms: number;
  readonly loopP99Ms: number;
  /** Any other number by its name; those with labels are added up. */
  readonly all: ReadonlyMap<string, number>;
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{[^}]*\})? ([-+\d.eE]+)/;

/** Reads a process's metrics. @throws unless it answers */
export async function processMetrics(url: string): Promise<ProcessMetrics> {
  const reply = await fetch(url);
  if (!reply.ok) throw new Error(`${url} answered ${reply.status}`);
  const all = new Map<string, number>();
  for (const line of (await reply.text()).split('\n')) {
    const [, name, value] = SAMPLE.exec(line) ?? [];
    if (name !== undefined) all.set(name, (all.get(name) ?? 0) + Number(value));
  }
  const of = (name: string): number => all.get(`tenon_${name}`) ?? Number.NaN;
  return {
    all,
    rssBytes: of('process_resident_memory_bytes'),
    heapBytes: of('nodejs_heap_size_used_bytes'),
    cpuSeconds: of('process_cpu_seconds_total'),
    loopP50Ms: of('nodejs_eventloop_lag_p50_seconds') * 1_000,
    loopP99Ms: of('nodejs_eventloop_lag_p99_seconds') * 1_000,
  };
}

/** Linux counts CPU in hundredths of a second. */
const TICKS = 100;

/** CPU that a process of ours has used, in seconds; the one whose command line has `words`. NaN where /proc does not tell. */
export async function cpuSecondsOf(words: string): Promise<number> {
  const ours = listProcesses().filter(({ parentPid }) => parentPid === process.pid);
  const found = ours.find(({ pid }) => commandLineOf(pid).includes(words));
  const stat = await readFile(`/proc/${found?.pid}/stat`, 'utf8').catch(() => '');
  const [, , , , , , , , , , , user, system] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(user) + Number(system)) / TICKS;
}
