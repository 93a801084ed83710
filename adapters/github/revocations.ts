import type { Logger } from '../../core/logger.ts';
import type { Client } from './client.ts';
import { describe, statusOf } from './errors.ts';
import type { LivingToken } from './token-cache.ts';

const AT_ONCE = 20;

/** Gives tokens back in the background. One that cannot be given back ends by itself, within the hour that GitHub gave it. */
export function revocations(client: Client, log: Logger) {
  const waiting: LivingToken[] = [];
  const workers = new Set<Promise<void>>();

  async function revoke({ token }: LivingToken): Promise<void> {
    try {
      await client.request('DELETE /installation/token', { headers: { authorization: `token ${token}` } });
    } catch (error) {
      if (statusOf(error) === 401) return; // has ended already
      log.warn({ reason: describe(error, 'revokeToken') }, 'a GitHub token was not revoked and ends by itself');
    }
  }

  async function work(): Promise<void> {
    for (let next = waiting.pop(); next; next = waiting.pop()) await revoke(next);
  }

  return {
    revoke(tokens: readonly LivingToken[]): void {
      waiting.push(...tokens);
      while (workers.size < Math.min(AT_ONCE, waiting.length)) {
        const worker = work().finally(() => workers.delete(worker));
        workers.add(worker);
      }
    },
    async settled(): Promise<void> {
      await Promise.all(workers);
    },
  };
}
