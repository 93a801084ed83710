import { createServer } from 'node:net';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { NativeConnection } from '@temporalio/worker';
import type { AddressInfo } from 'node:net';
import type { Logger } from '../core/logger.ts';
import type { Settings } from '../core/settings.ts';

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 5_000;

/** The worker's connection; waits for a Temporal that is not up yet. @throws when `signal` aborts */
export async function connectWorker(
  { temporal }: Pick<Settings, 'temporal'>,
  log: Logger,
  signal: AbortSignal,
): Promise<NativeConnection> {
  for (let waitMs = FIRST_RETRY_MS; ; waitMs = Math.min(waitMs * 2, LAST_RETRY_MS)) {
    try {
      return await NativeConnection.connect({
        address: temporal.address,
        ...(temporal.apiKey !== undefined && { apiKey: temporal.apiKey }),
        ...((temporal.tls || temporal.apiKey !== undefined) && { tls: true }),
      });
    } catch (error) {
      log.warn({ err: error, address: temporal.address, retryInMs: waitMs }, 'Temporal is not up yet');
      await pause(waitMs, undefined, { signal });
    }
  }
}

/** A loopback address nobody listens on, for the SDK's metrics: it cannot choose a free port itself. */
export async function freeLoopbackAddress(): Promise<string> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return `127.0.0.1:${port}`;
}
