import type { Client, WorkflowHandle } from '@temporalio/client';
import type { WorkflowStart } from '../../core/outbox.ts';
import { deliverMessage } from '../../core/temporal.ts';
import type { StubbedActivities } from './temporal-stubs.ts';
import { until } from './temporal-until.ts';

export interface Stage {
  readonly client: Client;
  readonly stubs: StubbedActivities;
}

/** One way through a workflow, played to its end; `name` is the recording's file name. */
export interface Story {
  readonly name: string;
  play(stage: Stage): Promise<WorkflowHandle>;
}

export const storyOrgId = '0d9f1a52-7f3e-4a43-9a52-3a1d8f7c0001';

export async function begin({ client }: Stage, start: WorkflowStart): Promise<WorkflowHandle> {
  await deliverMessage(client, { start }, 5_000);
  return client.workflow.getHandle(start.workflowId);
}

/** However it ends. */
export async function end(handle: WorkflowHandle): Promise<WorkflowHandle> {
  await handle.result().catch(() => undefined);
  return handle;
}

export const phaseIs = (handle: WorkflowHandle, query: string, phase: string): Promise<void> =>
  until(`phase ${phase}`, async () => (await handle.query(query)) === phase);
