import { taskQueues } from '../queues.contract.ts';

export interface WorkspaceCleanupInput {
  /** Null: nothing is deleted; only what should be archived and is not. */
  readonly retentionDays: number | null;
  /** Also those that were found not to be ours, because an operator says that this was mended. */
  readonly again: boolean;
}

/** Counts of repositories. */
export interface CleanupCounts {
  readonly archived: number;
  readonly deleted: number;
  /** Refused by GitHub or by us, by error code. */
  readonly refused: Readonly<Record<string, number>>;
  /** Begun and not over in time; their own workflows go on. */
  readonly unfinished: number;
}

export interface CleanupProgress extends CleanupCounts {
  /** Rounds of at most `CLEANUP_ROUND` that were begun. */
  readonly rounds: number;
  /** Of the round in hand. */
  readonly underWay: number;
  /** Whether there was more than one clean-up does; the next one goes on. */
  readonly more: boolean;
}

/** Answers with a `CleanupProgress`. */
export const cleanupProgressQuery = 'progress';

export const CLEANUP_ROUND = 25;
export const MOST_CLEANUP_ROUNDS = 40;

/** Beside its activities, which are then started without a hop through the server. */
const common = { type: 'workspaceCleanup', taskQueue: taskQueues.db, orgId: 'installation', kind: 'workspace-cleanup' };

/** One clean-up; its result is a `CleanupProgress`. It belongs to the installation, not to an organisation. */
export function workspaceCleanupStart(id: string, input: WorkspaceCleanupInput) {
  const { retentionDays, again } = input;
  return {
    ...common,
    workflowId: `workspace-cleanup/${id}`,
    input: { retentionDays, again },
    ref: id,
    summary:
      retentionDays === null
        ? 'Archives repositories whose sessions have ended; deletes none'
        : `Archives repositories whose sessions have ended, and deletes them after ${retentionDays} days`,
  };
}
