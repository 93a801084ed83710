import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto'; // CommonJS: its names are not seen by an import of one
import { AppError } from './errors.ts';

/** Somebody looks at this answer: an operator, or a probe that gives up soon. */
const DEADLINE_MS = 3_000;
/** A poll that finds nothing lasts a minute, then the worker asks again. */
const FRESH_MS = 90_000;

/** Whether anybody works on what this API asks for. */
export interface WorkerPresence {
  /**
   * How many workers ask for work, by task queue, asked of Temporal.
   * @throws {AppError} TEMPORAL_UNAVAILABLE
   */
  count(): Promise<Readonly<Record<string, number>>>;
}

export function workerPresence(client: Client, queues: readonly string[]): WorkerPresence {
  const { connection } = client;
  const { namespace } = client.options;

  async function workersOn(name: string): Promise<readonly [string, number]> {
    const { pollers } = await connection.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name },
      taskQueueType: proto.temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
    });
    const fresh = (pollers ?? []).filter(
      ({ lastAccessTime }) => Date.now() - Number(lastAccessTime?.seconds ?? 0) * 1000 < FRESH_MS,
    );
    return [name, new Set(fresh.map(({ identity }) => identity)).size];
  }

  return {
    async count() {
      // All of them are waited for: the client repeats a call by itself, and one that is left alone outlives its connection.
      const asked = await client.withDeadline(Date.now() + DEADLINE_MS, () =>
        Promise.allSettled(queues.map(workersOn)),
      );
      const counted = asked.map((answer) => {
        if (answer.status === 'fulfilled') return answer.value;
        throw new AppError('TEMPORAL_UNAVAILABLE', undefined, { cause: answer.reason });
      });
      return Object.fromEntries(counted);
    },
  };
}
