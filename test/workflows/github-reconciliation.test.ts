import assert from 'node:assert/strict';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { AppError } from '../../core/errors.ts';
import { deliverMessage } from '../../core/temporal.ts';
import type { ReconciliationInput } from '../../workflows/github/reconciliation.contract.ts';
import { quietRound, roundStart } from '../support/temporal-reconciliation-stories.ts';
import { startSkippingTemporal, type SkippingTemporal } from '../support/temporal-skipping.ts';
import { stubActivities } from '../support/temporal-stubs.ts';

describe('a round of the reconciliation with GitHub', function () {
  this.timeout(60_000);
  const stubs = stubActivities();
  let temporal: SkippingTemporal;

  before(async () => {
    temporal = await startSkippingTemporal(stubs.activities);
  });
  after(() => temporal.stop());

  async function start(changes: Partial<ReconciliationInput> = {}): Promise<WorkflowHandle> {
    const message = { start: roundStart(changes) };
    await deliverMessage(temporal.env.client, message, 5_000);
    return temporal.env.client.workflow.getHandle(message.start.workflowId);
  }
  const resultOf = async (changes: Partial<ReconciliationInput> = {}): Promise<unknown> =>
    (await start(changes)).result();
  const called = (name: string): number => stubs.called().filter((one) => one === name).length;

  it('asks once each when there is nothing to do', async () => {
    stubs.use(quietRound);
    assert.deepEqual(await resultOf(), { recovered: 0, looked: 0, found: 0 });
    assert.deepEqual(stubs.called(), ['recoverDeliveries', 'lookAtRepositories']);
  });

  it('goes on while there is more, and adds up', async () => {
    stubs.use({
      recoverDeliveries: () => ({ recovered: 2, more: called('recoverDeliveries') < 3 }),
      lookAtRepositories: () => ({ looked: 20, found: 1, more: called('lookAtRepositories') < 2 }),
    });
    assert.deepEqual(await resultOf(), { recovered: 6, looked: 40, found: 2 });
  });

  it('does a bounded piece of work, however much there is', async () => {
    stubs.use({
      recoverDeliveries: () => ({ recovered: 1, more: true }),
      lookAtRepositories: () => ({ looked: 20, found: 0, more: true }),
    });
    assert.deepEqual(await resultOf({ pages: 4, batches: 3 }), { recovered: 4, looked: 60, found: 0 });
  });

  it('looks at repositories although the log cannot be read, and fails so that people see it', async () => {
    stubs.use({
      ...quietRound,
      recoverDeliveries: () => {
        throw new AppError('GITHUB_TOKEN_INVALID');
      },
    });
    await assert.rejects(resultOf(), (error: unknown) => {
      assert.ok(error instanceof WorkflowFailedError && error.cause instanceof ApplicationFailure);
      return error.cause.type === 'GITHUB_TOKEN_INVALID';
    });
    assert.equal(called('lookAtRepositories'), 1);
  });

  it('waits for GitHub as long as its rate limit lasts', async () => {
    let tries = 0;
    stubs.use({
      ...quietRound,
      recoverDeliveries: () => {
        if ((tries += 1) < 3) throw new AppError('GITHUB_RATE_LIMITED', undefined, { retryAfterSeconds: 900 });
        return { recovered: 1, more: false };
      },
    });
    assert.deepEqual(await resultOf(), { recovered: 1, looked: 0, found: 0 });
    assert.equal(tries, 3);
  });

  it('can be cancelled', async () => {
    stubs.use({
      ...quietRound,
      recoverDeliveries: () => {
        throw new AppError('GITHUB_UNAVAILABLE');
      },
    });
    const handle = await start();
    await handle.cancel();
    await assert.rejects(handle.result(), WorkflowFailedError);
    assert.equal(called('lookAtRepositories'), 0);
  });
});
