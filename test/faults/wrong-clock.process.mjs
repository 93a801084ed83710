// Loaded before a process of ours (`--import`): its clock differs from the true time by the milliseconds in a file. Workflows
// run in threads that load this too, and have Temporal's time.
import { readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  const { shiftDate } = await import('./clock.ts');
  const read = () => Number(readFileSync(process.env['TENON_FAULT_CLOCK'] ?? '', 'utf8'));
  let offsetMs = read();
  setInterval(() => (offsetMs = read()), 50).unref();
  shiftDate(() => offsetMs);
}
