import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../core/logger.ts';

export interface LoopOptions {
  readonly name: string;
  readonly everyMs: number;
  /** Returns true when there is more to do at once. */
  readonly work: () => Promise<boolean>;
  readonly log: Logger;
}

export interface Loop {
  /** Resolves when the round in hand, if any, has ended. */
  stop(): Promise<void>;
}

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;

/** Does `work` now and then every `everyMs`; a failed round is logged and tried again sooner, ever more slowly. */
export function startLoop({ name, everyMs, work, log }: LoopOptions): Loop {
  const end = new AbortController();
  const running = (async () => {
    for (let failures = 0; !end.signal.aborted;) {
      let waitMs = everyMs;
      try {
        if (await work()) waitMs = 0;
        failures = 0;
      } catch (error) {
        waitMs = Math.min(FIRST_RETRY_MS * 2 ** failures, LAST_RETRY_MS);
        failures += 1;
        log.warn({ err: error, retryInMs: waitMs }, `${name} failed; trying again`);
      }
      if (waitMs > 0) await pause(waitMs, undefined, { signal: end.signal }).catch(() => undefined);
    }
  })();
  return {
    async stop() {
      end.abort();
      await running;
    },
  };
}
