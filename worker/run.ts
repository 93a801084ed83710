import type { Logger } from '../core/logger.ts';
import { createMetrics } from '../core/metrics.ts';
import type { Settings } from '../core/settings.ts';
import { temporalClient } from '../core/temporal.ts';
import { workflowBundle } from './bundle.ts';
import { composeWorker } from './compose.ts';
import { connectWorker, freeLoopbackAddress } from './connect.ts';
import { countInstallations } from './installations.ts';
import { startLoop } from './loop.ts';
import { startMonitoring } from './monitoring.ts';
import { reconcileOnce } from './reconciler.ts';
import { deliverDue } from './relay.ts';
import { installRuntime } from './runtime.ts';
import { ensureSchedules } from './schedules.ts';
import { ensureSearchAttributes } from './search-attributes.ts';
import { sweepOnce } from './sweeps.ts';
import { createWorkers } from './workers.ts';

export interface RunOptions {
  readonly settings: Settings;
  readonly log: Logger;
  /** Aborting it stops everything within 10 s. */
  readonly stop: AbortSignal;
}

const RELAY_EVERY_MS = 1_000;
const RECONCILE_EVERY_MS = 5 * 60_000;
const INSTALLATIONS_EVERY_MS = 60_000;
const SWEEP_EVERY_MS = 3_600_000;

/** The worker process: workers of every task queue, relay, reconciler, sweeps, metrics. Resolves when it has stopped. */
export async function runWorker({ settings, log, stop }: RunOptions): Promise<void> {
  const cleanups: (() => Promise<unknown>)[] = [];
  try {
    const metrics = createMetrics({ processMetrics: true });
    const bundle = await workflowBundle();
    const sdkMetricsAddress = await freeLoopbackAddress();
    installRuntime(log, sdkMetricsAddress); // only now: a runtime without a connection would keep the process alive
    const connection = await connectWorker(settings, log, stop);
    cleanups.push(() => connection.close());
    const client = temporalClient(settings);
    cleanups.push(() => client.connection.close());
    await ensureSearchAttributes(client).catch((error: unknown) =>
      log.warn({ err: error }, 'search attributes TenonOrg, TenonKind, TenonRef could not be checked'),
    );
    await ensureSchedules(client, settings).catch((error: unknown) =>
      log.warn({ err: error }, 'what Temporal starts by itself (see worker/schedules.ts) could not be scheduled'),
    );
    const composed = composeWorker({ settings, client, metrics, log });
    cleanups.push(() => composed.close());
    const { activities, system } = composed;
    const { namespace } = settings.temporal;
    const workers = await createWorkers({ connection, namespace, bundle, activities });

    const runs = workers.map((worker) => worker.run());
    const loops = [
      startLoop({ name: 'relay', everyMs: RELAY_EVERY_MS, work: () => deliverDue(system), log }),
      startLoop({
        name: 'reconciler',
        everyMs: RECONCILE_EVERY_MS,
        work: () => reconcileOnce(system).then(() => false),
        log,
      }),
      startLoop({
        name: 'installations',
        everyMs: INSTALLATIONS_EVERY_MS,
        work: () => countInstallations(system).then(() => false),
        log,
      }),
      startLoop({ name: 'sweep', everyMs: SWEEP_EVERY_MS, work: () => sweepOnce(system), log }),
    ];
    let healthy = true;
    const shutDown = async (): Promise<void> => {
      healthy = false;
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await Promise.allSettled([...runs, ...loops.map((loop) => loop.stop())]);
    };
    cleanups.push(shutDown);
    const monitoring = await startMonitoring({
      port: settings.metricsPort,
      host: settings.host,
      registry: metrics.registry,
      sdkMetricsUrl: `http://${sdkMetricsAddress}/metrics`,
      isHealthy: () => healthy,
    });
    cleanups.push(() => monitoring.close());
    log.info({ metricsPort: monitoring.port }, 'worker ready');

    stop.addEventListener('abort', () => void shutDown(), { once: true });
    if (stop.aborted) void shutDown();
    await Promise.all(runs); // until told to stop, or the first that cannot go on
  } finally {
    for (const undo of cleanups.toReversed()) {
      await undo().catch((error: unknown) => log.warn({ err: error }, 'while stopping'));
    }
  }
}
