import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { anyFreePort } from '../../local/ports.ts';
import { stopTree } from '../../local/processes.ts';
import { devServerArgs } from '../../local/temporal/dev-server.ts';
import { answersFor } from '../../local/temporal/ready.ts';
import { quietRuntime, startTestWorkers, type TestWorkers } from './temporal-runtime.ts';

const START_TIMEOUT_MS = 20_000;

/** A real Temporal dev server, in memory: for visibility, histories and outages. */
export interface DevTemporal {
  readonly address: string;
  readonly client: Client;
  /** The product's workers on `activities`; stopped with the server if not before. */
  work(activities: object): Promise<TestWorkers>;
  stop(): Promise<void>;
}

/** Starts one on `port`, a free one if not given. `adjust` may change the command's arguments, as a benchmark does. */
export async function startDevTemporal(
  port?: number,
  adjust: (args: string[]) => string[] = (args) => args,
): Promise<DevTemporal> {
  const command = process.env['TENON_TEST_TEMPORAL_CLI'];
  assert(command, 'run tests through `npm test -- <files>`, which brings the Temporal dev server');
  const chosen = port ?? (await anyFreePort());
  const address = `127.0.0.1:${chosen}`;
  const server = spawn(command, adjust(devServerArgs({ port: chosen, exactTimers: true })), {
    stdio: 'ignore',
    detached: true,
  });
  const { pid } = server;
  assert(pid !== undefined);
  const cleanups: (() => Promise<unknown>)[] = [() => stopTree(pid)];
  const stop = async (): Promise<void> => {
    for (const undo of cleanups.splice(0).toReversed()) await undo();
  };
  try {
    await untilReady(address, () => server.exitCode !== null);
    const connection = await Connection.connect({ address });
    cleanups.push(() => connection.close());
    return {
      address,
      client: new Client({ connection }),
      async work(activities) {
        quietRuntime(); // not before: a runtime without a connection would keep the process alive
        const native = await NativeConnection.connect({ address });
        cleanups.push(() => native.close());
        const workers = await startTestWorkers(native, activities);
        cleanups.push(() => workers.stop());
        return workers;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function untilReady(address: string, hasEnded: () => boolean): Promise<void> {
  for (const end = Date.now() + START_TIMEOUT_MS; Date.now() < end && !hasEnded(); await pause(50)) {
    if (await answersFor({ address, namespace: 'default' }).catch(() => false)) return;
  }
  throw new Error('the Temporal dev server did not start');
}
