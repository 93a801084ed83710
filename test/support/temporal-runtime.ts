import {
  DefaultLogger,
  Runtime,
  makeTelemetryFilterString,
  type NativeConnection,
  type Worker,
} from '@temporalio/worker';
import { workflowBundle, type WorkflowBundle } from '../../worker/bundle.ts';
import { createWorkers } from '../../worker/workers.ts';

let bundle: Promise<WorkflowBundle> | undefined;

/** The workflows, bundled once a test process. */
export function testBundle(): Promise<WorkflowBundle> {
  return (bundle ??= workflowBundle());
}

let quiet = false;

/** Failing activities are what many tests are about: only errors of the SDK itself are shown. */
export function quietRuntime(): void {
  if (quiet) return;
  quiet = true;
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    shutdownSignals: [],
    telemetryOptions: {
      logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }), forward: {} },
    },
  });
}

/** Workers with the product's own options. */
export interface TestWorkers {
  stop(): Promise<void>;
}

/** Runs every task queue's worker with `activities` until stopped. */
export async function startTestWorkers(connection: NativeConnection, activities: object): Promise<TestWorkers> {
  const workers = await createWorkers({ connection, namespace: 'default', bundle: await testBundle(), activities });
  const running = Promise.all(workers.map((worker) => worker.run()));
  return {
    async stop() {
      workers.forEach(shutDown); // a second stop only waits
      await running;
    },
  };
}

function shutDown(worker: Worker): void {
  if (worker.getState() === 'RUNNING') worker.shutdown();
}
