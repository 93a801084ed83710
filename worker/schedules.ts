import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client, type ScheduleOptions } from '@temporalio/client';
import { searchAttributesOf } from '../core/temporal.ts';
import type { WorkflowStart } from '../core/outbox.ts';
import { reconciliationEveryMinutes, reconciliationStart } from '../workflows/github/reconciliation.contract.ts';
import { workspaceCleanupStart } from '../workflows/workspaces/workspace-cleanup.contract.ts';

export interface ScheduleSettings {
  readonly workspaceRetentionDays: number | null;
}

interface Scheduled {
  readonly scheduleId: string;
  /** Its id is the beginning of each round's: the server adds the time. */
  readonly start: WorkflowStart;
  /** When; calendars are in UTC. */
  readonly spec: ScheduleOptions['spec'];
  /** What an outage of Temporal made it miss is started afterwards, if it is not older. */
  readonly catchupWindow: '1m' | '12h';
}

const DEADLINE_MS = 5_000;

/** What Temporal starts by itself. */
function wanted({ workspaceRetentionDays }: ScheduleSettings): Scheduled[] {
  return [
    {
      scheduleId: 'workspace-cleanup',
      start: workspaceCleanupStart('daily', { retentionDays: workspaceRetentionDays, again: false }),
      spec: { calendars: [{ hour: 3, minute: 0, second: 0 }], jitter: '10m' },
      catchupWindow: '12h',
    },
    {
      scheduleId: 'github-reconciliation',
      start: reconciliationStart(),
      spec: { intervals: [{ every: `${reconciliationEveryMinutes}m` }] },
      catchupWindow: '1m', // one round finds all that many would
    },
  ];
}

/**
 * Makes the schedules that are missing and brings the others up to date; an operator's pause stays. Every worker does it at its
 * start, and several at once do no harm. Not on the time-skipping server, which has none.
 */
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
          .update(({ state }) => ({ spec, action, ...(policies && { policies }), state }));
      }
    });
  }
}

function optionsOf({ scheduleId, start, spec, catchupWindow }: Scheduled) {
  return {
    scheduleId,
    spec,
    action: {
      type: 'startWorkflow',
      workflowType: start.type,
      workflowId: start.workflowId,
      taskQueue: start.taskQueue,
      args: [start.input],
      staticSummary: start.summary,
      typedSearchAttributes: searchAttributesOf(start),
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow },
  } satisfies ScheduleOptions;
}
