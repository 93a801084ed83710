import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { AppError } from '../../core/errors.ts';
import { deliverMessage } from '../../core/temporal.ts';
import {
  githubRunCompletedSignal,
  runPhaseQuery,
  testRunStart,
  type TestRunInput,
} from '../../workflows/workspaces/test-run.contract.ts';
import { startSkippingTemporal, type SkippingTemporal } from '../support/temporal-skipping.ts';
import { stubActivities, type ActivityName, type Stub } from '../support/temporal-stubs.ts';
import { until } from '../support/temporal-until.ts';

describe('the test run workflow', function () {
  this.timeout(60_000);
  const stubs = stubActivities();
  let temporal: SkippingTemporal;

  before(async () => {
    temporal = await startSkippingTemporal(stubs.activities);
  });
  after(() => temporal.stop());

  const ours = { githubRunId: '4242', conclusion: 'success', headSha: 'c'.repeat(40) };
  const foreign = { ...ours, githubRunId: '1' };
  const notYet = (): never => {
    throw ApplicationFailure.create({ type: 'RUN_NOT_FINISHED', message: 'in progress', nextRetryDelay: '5s' });
  };
  const story: Partial<Record<ActivityName, Stub>> = {
    dispatchRun: () => ({ githubRunId: ours.githubRunId }),
    checkRun: () => ours,
    collectAndStore: () => ({ status: 'passed' }),
    recordRunFailure: () => undefined,
  };

  async function start(graceMs: number): Promise<{ handle: WorkflowHandle; input: TestRunInput }> {
    const input = { orgId: randomUUID(), runId: randomUUID(), graceMs };
    const message = { start: testRunStart(input, 'session-1') };
    await deliverMessage(temporal.env.client, message, 5_000);
    return { handle: temporal.env.client.workflow.getHandle(message.start.workflowId), input };
  }

  const phaseIs = (handle: WorkflowHandle, phase: string): Promise<void> =>
    until(`phase ${phase}`, async () => (await handle.query(runPhaseQuery)) === phase);
  const lastInput = (): unknown => stubs.calls.at(-1)?.input;
  const countOf = (name: ActivityName): number => stubs.called().filter((called) => called === name).length;

  it('collects as soon as the webhook comes, without a poll', async () => {
    stubs.use(story);
    const { handle, input } = await start(3_600_000);
    await phaseIs(handle, 'running');
    await handle.signal(githubRunCompletedSignal, ours);
    assert.deepEqual(await handle.result(), { status: 'passed' });
    assert.deepEqual(stubs.called(), ['dispatchRun', 'collectAndStore']);
    assert.deepEqual(lastInput(), { orgId: input.orgId, runId: input.runId, finished: ours });
    assert.equal(await handle.query(runPhaseQuery), 'settled');
  });

  it('is not misled by signals of other runs, and one that comes twice counts once', async () => {
    stubs.use(story);
    const { handle } = await start(3_600_000);
    await phaseIs(handle, 'running');
    await handle.signal(githubRunCompletedSignal, foreign);
    await handle.signal(githubRunCompletedSignal, ours);
    await handle.signal(githubRunCompletedSignal, ours);
    await handle.result();
    assert.deepEqual(lastInput(), { ...(lastInput() as object), finished: ours });
    assert.equal(countOf('collectAndStore'), 1);
  });

  it('knows a webhook that overtakes the answer to its dispatch', async () => {
    let goOn: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    stubs.use({ ...story, dispatchRun: () => held.then(() => ({ githubRunId: ours.githubRunId })) });
    const { handle } = await start(3_600_000);
    await handle.signal(githubRunCompletedSignal, ours);
    goOn();
    assert.deepEqual(await handle.result(), { status: 'passed' });
    assert.equal(countOf('checkRun'), 0);
  });

  it('polls after the grace time when no webhook comes, until the run has ended', async () => {
    let looks = 0;
    stubs.use({ ...story, checkRun: () => ((looks += 1) < 30 ? notYet() : ours) });
    const { handle } = await start(10_000);
    assert.deepEqual(await handle.result(), { status: 'passed' });
    assert.equal(looks, 30);
  });

  it('does not wait for a webhook that has come before its run was known', async () => {
    stubs.use({ ...story, dispatchRun: () => ({ githubRunId: ours.githubRunId, endTold: true }) });
    const { handle } = await start(3_600_000);
    assert.deepEqual(await handle.result(), { status: 'passed' });
    assert.deepEqual(stubs.called(), ['dispatchRun', 'checkRun', 'collectAndStore']);
    const { events = [] } = await handle.fetchHistory();
    assert.ok(!events?.some(({ timerStartedEventAttributes }) => timerStartedEventAttributes), 'no grace time');
  });

  it('takes a late webhook while the poll waits', async () => {
    stubs.use({ ...story, checkRun: notYet });
    const { handle } = await start(0);
    await until('a poll', () => countOf('checkRun') > 0);
    await handle.signal(githubRunCompletedSignal, ours);
    assert.deepEqual(await handle.result(), { status: 'passed' });
  });

  it('ends the run at once when GitHub fails at the dispatch', async () => {
    stubs.use({
      ...story,
      dispatchRun: () => {
        throw new AppError('GITHUB_UNAVAILABLE');
      },
    });
    const { handle, input } = await start(0);
    await assert.rejects(handle.result(), WorkflowFailedError);
    assert.deepEqual(stubs.called(), ['dispatchRun', 'recordRunFailure']);
    assert.deepEqual(lastInput(), {
      orgId: input.orgId,
      runId: input.runId,
      reason: 'GitHub unavailable. Please try again.',
      errorCode: 'GITHUB_UNAVAILABLE',
    });
  });

  it('repeats a dispatch that died for another reason', async () => {
    let tries = 0;
    stubs.use({
      ...story,
      dispatchRun: () => {
        if ((tries += 1) < 3) throw new Error('the database went away');
        return { githubRunId: ours.githubRunId };
      },
    });
    const { handle } = await start(0);
    assert.deepEqual(await handle.result(), { status: 'passed' });
  });

  it('gives up on a run that never ends after 40 minutes, and says so in the row', async () => {
    stubs.use({
      ...story,
      checkRun: () => {
        throw ApplicationFailure.create({ type: 'RUN_NOT_FINISHED', message: 'in progress', nextRetryDelay: '2m' });
      },
    });
    const { handle } = await start(0);
    await assert.rejects(handle.result(), WorkflowFailedError);
    assert.equal(stubs.called().at(-1), 'recordRunFailure');
    const looks = countOf('checkRun');
    assert(looks >= 18 && looks <= 21, `${looks} looks in 40 minutes`);
  });

  it('does not lose a result to an outage while it is collected', async () => {
    let tries = 0;
    stubs.use({
      ...story,
      collectAndStore: () => {
        if ((tries += 1) < 20) throw new AppError('GITHUB_UNAVAILABLE');
        return { status: 'failed' };
      },
    });
    const { handle } = await start(0);
    assert.deepEqual(await handle.result(), { status: 'failed' });
  });

  it('records a cancellation in the grace time and while it polls', async () => {
    for (const graceMs of [3_600_000, 0]) {
      stubs.use({ ...story, checkRun: notYet });
      const { handle } = await start(graceMs);
      await phaseIs(handle, 'running');
      await handle.cancel();
      await assert.rejects(handle.result(), WorkflowFailedError);
      assert.equal((await handle.describe()).status.name, 'CANCELLED');
      assert.equal(stubs.lastInput<{ errorCode: string }>('recordRunFailure').errorCode, 'CANCELLED');
    }
  });
});
