import { setTimeout as pause } from 'node:timers/promises';

const LIMIT_MS = 10_000;
const EVERY_MS = 10;

/**
 * Looks again and again until the answer is there: for what somebody else does in their own time.
 * @throws after 10 s (or `limitMs`), naming what was waited for
 */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  { limitMs = LIMIT_MS, everyMs = EVERY_MS } = {},
): Promise<T> {
  const end = performance.now() + limitMs;
  for (;;) {
    const answer = await look();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > end) throw new Error(`${what}: not within ${limitMs / 1_000} s`);
    await pause(everyMs);
  }
}
