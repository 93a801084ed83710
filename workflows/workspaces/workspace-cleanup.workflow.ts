import { defineQuery, isCancellation, proxyActivities, setHandler } from '@temporalio/workflow';
import type { workspaceActivities } from '../../activities/workspaces.ts';
import { taskQueues } from '../queues.contract.ts';
import {
  CLEANUP_ROUND,
  cleanupProgressQuery,
  MOST_CLEANUP_ROUNDS,
  type CleanupCounts,
  type CleanupProgress,
  type WorkspaceCleanupInput,
} from './workspace-cleanup.contract.ts';

type Activities = ReturnType<typeof workspaceActivities>;
type Listed = Awaited<ReturnType<Activities['listCleanup']>>;

const db = proxyActivities<Pick<Activities, 'listCleanup' | 'beginCleanupRound'>>({
  taskQueue: taskQueues.db,
  startToCloseTimeout: '30s', // at most 25 small units of work
  // For ever: an outage of the database must not lose a day's clean-up.
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
});

const wait = proxyActivities<Pick<Activities, 'checkCleanupRound'>>({
  taskQueue: taskQueues.db,
  startToCloseTimeout: '10s', // reads of at most 25 rows
  scheduleToCloseTimeout: '1h', // each has a workflow of its own, which goes on; the next round must not wait for an outage
  retry: { initialInterval: '2s', backoffCoefficient: 2, maximumInterval: '30s' }, // "not yet" brings its own delay
});

const none: CleanupCounts = { archived: 0, deleted: 0, refused: {}, unfinished: 0 };

/**
 * Goes through the repositories of ended sessions once, by id, some at a time: each is closed by its workspace's own workflow, and a
 * round waits for the one before, so that a long list is never at GitHub at once.
 */
export async function workspaceCleanupWorkflow({
  retentionDays,
  again,
}: WorkspaceCleanupInput): Promise<CleanupProgress> {
  let progress: CleanupProgress = { ...none, rounds: 0, underWay: 0, more: false };
  setHandler(defineQuery<CleanupProgress>(cleanupProgressQuery), () => progress);
  let after: string | null = null;
  for (;;) {
    const { workspaces }: Listed = await db.listCleanup({ retentionDays, after, limit: CLEANUP_ROUND });
    const last = workspaces.at(-1);
    if (!last) return progress;
    if (progress.rounds >= MOST_CLEANUP_ROUNDS) return { ...progress, more: true };
    const { begun } = await db.beginCleanupRound({ retentionDays, again, workspaces });
    progress = { ...progress, rounds: progress.rounds + 1, underWay: begun.length };
    const counts = begun.length === 0 ? none : await settled(begun);
    progress = { ...sumOf(progress, counts), rounds: progress.rounds, underWay: 0, more: false };
    after = last.id;
  }
}

async function settled(workspaces: Parameters<typeof wait.checkCleanupRound>[0]['workspaces']): Promise<CleanupCounts> {
  try {
    return await wait.checkCleanupRound({ workspaces });
  } catch (error) {
    if (isCancellation(error)) throw error;
    return { ...none, unfinished: workspaces.length };
  }
}

function sumOf(one: CleanupCounts, other: CleanupCounts): CleanupCounts {
  const refused = { ...one.refused };
  for (const [code, count] of Object.entries(other.refused)) refused[code] = (refused[code] ?? 0) + count;
  return {
    archived: one.archived + other.archived,
    deleted: one.deleted + other.deleted,
    unfinished: one.unfinished + other.unfinished,
    refused,
  };
}
