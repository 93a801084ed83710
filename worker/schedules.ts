import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client, type ScheduleOptions } from '@temporalio/client';
import { searchAttributesOf } from '../core/temporal.ts';
import type { WorkflowStart } from '../core/outbox.ts';
import { workspaceCleanupStart } from '../workflows/workspaces/workspace-cleanup.contract.ts';

export interface ScheduleSettings {
  readonly workspaceRetentionDays: number | null;
}

interface Daily {
  readonly scheduleId: string;
  readonly start: WorkflowStart;
  /** UTC. */
  readonly hour: number;
}

const DEADLINE_MS = 5_000;

/** What Temporal starts by itself, each under the id of its schedule and the time. */
function wanted({ workspaceRetentionDays }: ScheduleSettings): Daily[] {
  const input = { retentionDays: workspaceRetentionDays, again: false };
  return [{ scheduleId: 'workspace-cleanup', start: workspaceCleanupStart('daily', input), hour: 3 }];
}

/** Makes the schedules as the settings say; harmless to repeat, and for several workers at once. */
export async function ensureSchedules(client: Client, settings: ScheduleSettings): Promise<void> {
  for (const one of wanted(settings)) {
    const options = optionsOf(one);
    await client.withDeadline(Date.now() + DEADLINE_MS, async () => {
      try {
        await client.schedule.create(options);
      } catch (error) {
        if (!(error instanceof ScheduleAlreadyRunning)) throw error;
        const { spec, action, policies } = options;
        await client.schedule
          .getHandle(one.scheduleId)
          .update(({ state }) => ({ spec, action, ...(policies && { policies }), state })); // an operator's pause stays
      }
    });
  }
}

function optionsOf({ scheduleId, start, hour }: Daily): ScheduleOptions {
  return {
    scheduleId,
    spec: { calendars: [{ hour, minute: 0, second: 0 }], jitter: '10m' },
    action: {
      type: 'startWorkflow',
      workflowType: start.type,
      workflowId: start.workflowId,
      taskQueue: start.taskQueue,
      args: [start.input],
      staticSummary: start.summary,
      typedSearchAttributes: searchAttributesOf(start),
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '12h' },
  };
}
