import { randomUUID } from 'node:crypto';
import type { WorkflowStart } from '../../core/outbox.ts';

/** A workflow that nobody runs. */
export function probeStart(orgId: string): WorkflowStart {
  return {
    workflowId: `probe/${randomUUID()}`,
    type: 'probe',
    taskQueue: 'probe',
    input: {},
    orgId,
    kind: 'probe',
    ref: 'probe',
    summary: 'A probe',
  };
}
