import { startTimeOf, stopTree } from '../processes.ts';
import type { StackFile } from './stack-file.ts';

/** Stops what a supervisor that was killed left running; returns the names. Processes are told apart by their start time. */
export async function stopStale(stack: StackFile | undefined): Promise<string[]> {
  const stopped: string[] = [];
  for (const { name, pid, startedAt } of stack?.components.toReversed() ?? []) {
    if (pid === null || startedAt === null || startTimeOf(pid) !== startedAt) continue;
    await stopTree(pid, { signal: name === 'postgres' ? 'SIGINT' : 'SIGTERM', graceMs: 10_000 });
    stopped.push(name);
  }
  return stopped;
}
