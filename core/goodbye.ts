import { setTimeout as pause } from 'node:timers/promises';

const LIMIT_MS = 2_000;

/**
 * Waits for connections to end, but not for ever: half-open, the other side never says so, and whoever asked this process to
 * stop would have to kill it. Failures are of no consequence here.
 */
export async function goodbye(ended: readonly Promise<unknown>[]): Promise<void> {
  await Promise.race([Promise.allSettled(ended), pause(LIMIT_MS, undefined, { ref: false })]);
}
