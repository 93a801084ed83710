import { Client, Connection, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { SearchAttributeType, defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import type { DeliveryOutcome, WorkflowMessage, WorkflowStart } from './outbox.ts';
import type { Settings } from './settings.ts';

export const tenonOrg = defineSearchAttributeKey('TenonOrg', SearchAttributeType.KEYWORD);
export const tenonKind = defineSearchAttributeKey('TenonKind', SearchAttributeType.KEYWORD);
export const tenonRef = defineSearchAttributeKey('TenonRef', SearchAttributeType.KEYWORD);

/**
 * How soon a silent connection is asked, and given up: half-open, it would take every message to its deadline. Servers close a
 * connection that asks more often than each 10 s.
 */
const KEEPALIVE = { 'grpc.keepalive_time_ms': 15_000, 'grpc.keepalive_timeout_ms': 5_000 };

/** A client that connects lazily, so that the API starts and serves reads while Temporal is down. */
export function temporalClient({ temporal }: Pick<Settings, 'temporal'>): Client {
  const connection = Connection.lazy({
    address: temporal.address,
    channelArgs: KEEPALIVE,
    ...(temporal.apiKey !== undefined && { apiKey: temporal.apiKey }),
    ...((temporal.tls || temporal.apiKey !== undefined) && { tls: true }),
  });
  return new Client({ connection, namespace: temporal.namespace });
}

/**
 * Hands one message to Temporal. Safe to repeat: a workflow id names one life, and its start is refused the second time.
 * @throws when Temporal does not answer within `deadlineMs` (without one a dead server blocks for 18 s)
 */
export async function deliverMessage(
  client: Client,
  { start, signal }: WorkflowMessage,
  deadlineMs: number,
): Promise<DeliveryOutcome> {
  const options = {
    workflowId: start.workflowId,
    taskQueue: start.taskQueue,
    args: [start.input],
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: start.summary,
    typedSearchAttributes: searchAttributesOf(start),
  } as const;
  try {
    return await client.withDeadline(Date.now() + deadlineMs, async () => {
      if (!signal) {
        await client.workflow.start(start.type, options);
        return 'started';
      }
      const signalArgs = signal.input === undefined ? [] : [signal.input];
      await client.workflow.signalWithStart(start.type, { ...options, signal: signal.name, signalArgs });
      return 'signalled';
    });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return 'already_closed';
    throw error;
  }
}

/** By which a workflow is found. */
export function searchAttributesOf({ orgId, kind, ref }: WorkflowStart): TypedSearchAttributes {
  return new TypedSearchAttributes([
    { key: tenonOrg, value: orgId },
    { key: tenonKind, value: kind },
    { key: tenonRef, value: ref },
  ]);
}
