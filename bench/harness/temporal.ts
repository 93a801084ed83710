import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { bundleWorkflowCode, NativeConnection } from '@temporalio/worker';
import { startDevTemporal } from '../../test/support/temporal-dev.ts';
import { quietRuntime } from '../../test/support/temporal-runtime.ts';
import type { WorkflowBundle } from '../../worker/bundle.ts';
import { createWorkers } from '../../worker/workers.ts';
import type { Stage } from './case.ts';

const ignore = (): void => undefined;
const quiet = { log: ignore, trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore };
const POLL_RPS = /^history\.transferProcessorMaxPollRPS=/;

let bundled: Promise<WorkflowBundle> | undefined;

/** The product's workflows and the bare one. */
async function benchBundle(): Promise<WorkflowBundle> {
  const workflowsPath = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: quiet });
  return { source: { code }, buildId: 'bench' };
}

/**
 * A dev server as the product starts it, with the product's workers on `activities`; both end with the stage. `pollRps`
 * changes `history.transferProcessorMaxPollRPS`; 'default' leaves it out.
 */
export async function startTemporal(stage: Stage, activities: object, pollRps?: number | 'default'): Promise<Client> {
  const temporal = await startDevTemporal(undefined, (args) => withPollRps(args, pollRps));
  stage.cleanup(() => temporal.stop());
  quietRuntime(); // not before: a runtime without a connection would keep the process alive
  const connection = await NativeConnection.connect({ address: temporal.address });
  stage.cleanup(() => connection.close());
  const bundle = await (bundled ??= benchBundle());
  const workers = await createWorkers({ connection, namespace: 'default', bundle, activities });
  const running = Promise.all(workers.map((worker) => worker.run()));
  stage.cleanup(() => {
    for (const worker of workers) worker.shutdown();
    return running;
  });
  return temporal.client;
}

function withPollRps(args: readonly string[], pollRps?: number | 'default'): string[] {
  if (pollRps === undefined) return [...args];
  return args.flatMap((arg, at) => {
    if (pollRps === 'default' && POLL_RPS.test(args[at + 1] ?? '')) return []; // its --dynamic-config-value
    if (!POLL_RPS.test(arg)) return [arg];
    return pollRps === 'default' ? [] : [`history.transferProcessorMaxPollRPS=${pollRps}`];
  });
}
