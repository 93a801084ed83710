import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { deliverMessage } from '../../core/temporal.ts';
import {
  CLEANUP_ROUND,
  cleanupProgressQuery,
  MOST_CLEANUP_ROUNDS,
  workspaceCleanupStart,
  type CleanupProgress,
} from '../../workflows/workspaces/workspace-cleanup.contract.ts';
import { cleanupOf } from '../support/temporal-cleanup-stories.ts';
import { startSkippingTemporal, type SkippingTemporal } from '../support/temporal-skipping.ts';
import { stubActivities } from '../support/temporal-stubs.ts';
import { until } from '../support/temporal-until.ts';

describe('the clean-up workflow', function () {
  this.timeout(60_000);
  const stubs = stubActivities();
  let temporal: SkippingTemporal;

  before(async () => {
    temporal = await startSkippingTemporal(stubs.activities);
  });
  after(() => temporal.stop());

  async function start(): Promise<WorkflowHandle> {
    const message = { start: workspaceCleanupStart(randomUUID(), { retentionDays: 30, again: false }) };
    await deliverMessage(temporal.env.client, message, 5_000);
    return temporal.env.client.workflow.getHandle(message.start.workflowId);
  }
  const calls = (name: string): number => stubs.called().filter((one) => one === name).length;

  it('goes through the list in rounds, and counts', async () => {
    stubs.use({
      ...cleanupOf([['1', '2'], ['3']]),
      checkCleanupRound: ({ workspaces }: { workspaces: readonly object[] }) =>
        workspaces.length === 2
          ? { archived: 1, deleted: 0, refused: { REPOSITORY_NOT_OURS: 1 }, unfinished: 0 }
          : { archived: 0, deleted: 0, refused: { REPOSITORY_NOT_OURS: 1 }, unfinished: 0 },
    });
    const handle = await start();
    assert.deepEqual(await handle.result(), {
      archived: 1,
      deleted: 0,
      refused: { REPOSITORY_NOT_OURS: 2 },
      unfinished: 0,
      rounds: 2,
      underWay: 0,
      more: false,
    });
    assert.deepEqual(await handle.query(cleanupProgressQuery), await handle.result());
    assert.deepEqual([calls('listCleanup'), calls('beginCleanupRound')], [3, 2]);
  });

  it('shows how far it is while a round is under way', async () => {
    let mayEnd = false;
    stubs.use({
      ...cleanupOf([['1', '2']]),
      checkCleanupRound: () => {
        if (!mayEnd) throw ApplicationFailure.create({ type: 'CLEANUP_UNDER_WAY', nextRetryDelay: '2s' });
        return { archived: 0, deleted: 2, refused: {}, unfinished: 0 };
      },
    });
    const handle = await start();
    await until('the first look', () => calls('checkCleanupRound') > 0);
    const { rounds, underWay } = await handle.query<CleanupProgress>(cleanupProgressQuery);
    assert.deepEqual([rounds, underWay], [1, 2]);
    mayEnd = true;
    assert.equal(((await handle.result()) as CleanupProgress).deleted, 2);
  });

  it('goes on when a round is not over in an hour: each of its repositories has a workflow of its own', async () => {
    stubs.use({
      ...cleanupOf([['1', '2'], ['3']]),
      checkCleanupRound: ({ workspaces }: { workspaces: readonly object[] }) => {
        if (workspaces.length === 2)
          throw ApplicationFailure.create({ type: 'CLEANUP_UNDER_WAY', nextRetryDelay: '5m' });
        return { archived: 0, deleted: 1, refused: {}, unfinished: 0 };
      },
    });
    const { deleted, unfinished, rounds } = (await (await start()).result()) as CleanupProgress;
    assert.deepEqual([deleted, unfinished, rounds], [1, 2, 2]);
  });

  it('does a bounded number in one go', async () => {
    const pages = Array.from({ length: MOST_CLEANUP_ROUNDS + 1 }, (_, round) =>
      Array.from({ length: CLEANUP_ROUND }, (_, at) => `${round}-${at}`),
    );
    stubs.use(cleanupOf(pages));
    const handle = await start();
    const { deleted, more } = (await handle.result()) as CleanupProgress;
    assert.deepEqual([deleted, more], [MOST_CLEANUP_ROUNDS * CLEANUP_ROUND, true]);
    const { historyLength } = await handle.describe();
    assert.ok(historyLength < 2_000, `${historyLength} events`);
  });

  it('asks GitHub for nothing when there is nothing to do, and ends when it is cancelled', async () => {
    stubs.use(cleanupOf([]));
    await (await start()).result();
    assert.deepEqual(stubs.called(), ['listCleanup']);
    stubs.use({
      ...cleanupOf([['1']]),
      checkCleanupRound: () => {
        throw ApplicationFailure.create({ type: 'CLEANUP_UNDER_WAY', nextRetryDelay: '30s' });
      },
    });
    const handle = await start();
    await until('the first look', () => calls('checkCleanupRound') > 0);
    await handle.cancel();
    await assert.rejects(handle.result(), WorkflowFailedError);
  });
});
