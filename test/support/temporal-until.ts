import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';

const LIMIT_MS = 10_000;

/** Looks every few milliseconds until `look` is true: for what another process does in its own time. */
export async function until(what: string, look: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + LIMIT_MS; !(await look()); await pause(10)) {
    assert(Date.now() < end, `${what} did not happen within ${LIMIT_MS / 1000} s`);
  }
}
