import { setMaxListeners } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { WorkflowFailedError, type Client } from '@temporalio/client';
import { AppError } from './errors.ts';
import type { WorkflowStart } from './outbox.ts';
import { deliverMessage } from './temporal.ts';

export interface RunOptions {
  /** For the result. */
  readonly waitMs: number;
  /** Aborting it ends the waiting; the workflow goes on. */
  readonly signal?: AbortSignal;
}

/**
 * Workflows that belong to no row: what they find is their result, so it is Temporal that is asked for it. Only for the named
 * exceptions of the design (template health); everything else commits a row and is read from there.
 */
export interface WorkflowRuns {
  /**
   * Starts it and waits for its result, outside a unit of work.
   * @throws {AppError} TEMPLATE_CHECKS_UNAVAILABLE when Temporal does not take it; TEMPLATE_CHECKS_UNFINISHED when the wait
   * has ended before it, or somebody has ended the workflow
   */
  run<T>(start: WorkflowStart, options: RunOptions): Promise<T>;
}

const START_DEADLINE_MS = 5_000;
/** Of one question; the server answers one that it cannot yet answer only after its own time. */
const ASK_MS = 10_000;
const PAUSE_MS = 500;

export function workflowRuns(client: Client): WorkflowRuns {
  return {
    async run<T>(start: WorkflowStart, { waitMs, signal = new AbortController().signal }: RunOptions): Promise<T> {
      const endMs = performance.now() + waitMs;
      await deliverMessage(client, { start }, START_DEADLINE_MS).catch((cause: unknown) => {
        throw new AppError('TEMPLATE_CHECKS_UNAVAILABLE', undefined, { cause });
      });
      const handle = client.workflow.getHandle(start.workflowId);
      for (let leftMs = waitMs; leftMs > 0 && !signal.aborted; leftMs = endMs - performance.now()) {
        try {
          return await client.withDeadline(Date.now() + Math.min(ASK_MS, leftMs), () =>
            client.withAbortSignal(ownSignal(signal), () => handle.result() as Promise<T>),
          );
        } catch (error) {
          if (error instanceof WorkflowFailedError) throw ended(start, error);
          await setTimeout(PAUSE_MS, undefined, { signal }).catch(() => undefined);
        }
      }
      throw new AppError(
        'TEMPLATE_CHECKS_UNFINISHED',
        `The checks of the templates have not ended yet; they go on in the workflow ${start.workflowId}`,
      );
    },
  };
}

/** For one question: the client goes on listening to what it is given, once for each of its calls, and Node warns of that. */
function ownSignal(signal: AbortSignal): AbortSignal {
  const own = AbortSignal.any([signal]);
  setMaxListeners(0, own);
  return own;
}

function ended({ workflowId }: WorkflowStart, cause: WorkflowFailedError): AppError {
  const detail = `The checks of the templates were ended before they were done: see the workflow ${workflowId}`;
  return new AppError('TEMPLATE_CHECKS_UNFINISHED', detail, { cause });
}
