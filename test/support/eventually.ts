import { setTimeout as pause } from 'node:timers/promises';

const LIMIT_MS = 10_000;
const EVERY_MS = 10;

/**
 * Looks again and again until the answer is there: for what somebody else does in their own time.
 * @throws after 10 s, naming what was waited for
 */
export async function eventually<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  const end = performance.now() + LIMIT_MS;
  for (;;) {
    const answer = await look();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > end) throw new Error(`${what}: not within ${LIMIT_MS / 1_000} s`);
    await pause(EVERY_MS);
  }
}
