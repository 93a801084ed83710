import { Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import { taskQueues } from '../workflows/queues.contract.ts';
import type { WorkflowBundle } from './bundle.ts';
import { activityInterceptors } from './interceptors.ts';

export interface WorkerParts {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly bundle: WorkflowBundle;
  readonly activities: object;
}

/** How many activities of a queue run at once: the database's pool, GitHub's patience, the mail server's. */
const AT_ONCE = { db: 40, github: 20, mail: 5 } as const;

/** One worker per task queue. Workflows run beside the activities that they call most, and start those eagerly. */
export function createWorkers({ connection, namespace, bundle, activities }: WorkerParts): Promise<Worker[]> {
  const common = (queue: keyof typeof taskQueues): WorkerOptions => ({
    connection,
    namespace,
    activities,
    taskQueue: taskQueues[queue],
    buildId: bundle.buildId,
    maxConcurrentActivityTaskExecutions: AT_ONCE[queue],
    activityTaskPollerBehavior: { type: 'autoscaling' },
    interceptors: { activity: [activityInterceptors] },
    shutdownGraceTime: '5s', // what is in hand may end; the rest is taken up by another worker
    shutdownForceTime: '8s', // the process must be gone within 10 s
  });
  const workflows: Partial<WorkerOptions> = {
    workflowBundle: bundle.source,
    reuseV8Context: true,
    workflowTaskPollerBehavior: { type: 'autoscaling' },
    stickyQueueScheduleToStartTimeout: '2s', // after this, a dead worker's workflows move on elsewhere
  };
  return Promise.all([
    Worker.create({ ...common('db'), ...workflows }),
    Worker.create({ ...common('github'), ...workflows }),
    Worker.create(common('mail')),
  ]);
}
