import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { AppError } from '../../core/errors.ts';
import { deliverMessage } from '../../core/temporal.ts';
import {
  workspacePhaseQuery,
  workspaceStart,
  type WorkspaceInput,
} from '../../workflows/workspaces/workspace.contract.ts';
import { startSkippingTemporal, type SkippingTemporal } from '../support/temporal-skipping.ts';
import { stubActivities, type ActivityName, type Stub } from '../support/temporal-stubs.ts';
import { until } from '../support/temporal-until.ts';

describe('the workspace workflow', function () {
  this.timeout(60_000);
  const stubs = stubActivities();
  let temporal: SkippingTemporal;

  before(async () => {
    temporal = await startSkippingTemporal(stubs.activities);
  });
  after(() => temporal.stop());

  const ready = { defaultBranch: 'main', baseTemplateSha: 'a'.repeat(40), latestCommitSha: 'b'.repeat(40) };
  const story: Partial<Record<ActivityName, Stub>> = {
    beginProvisioning: () => ({ proceed: true }),
    ensureRepository: () => ({ repoId: '77', fullName: 'acme/tenon-ws-1-task2' }),
    checkReady: () => ready,
    grantAccessAndSettle: () => ({ accessGrantedTo: null }),
    closeAndSettle: () => ({ closed: true }),
    recordProvisioningFailure: () => undefined,
  };

  async function start(): Promise<{ handle: WorkflowHandle; input: WorkspaceInput }> {
    const input = { orgId: randomUUID(), workspaceId: randomUUID(), generation: 1 };
    const message = { start: workspaceStart(input, 'session-1') };
    await deliverMessage(temporal.env.client, message, 5_000);
    return { handle: temporal.env.client.workflow.getHandle(message.start.workflowId), input };
  }

  const lastInput = (): unknown => stubs.calls.at(-1)?.input;

  it('makes the repository, waits until it is ready, grants access and settles', async () => {
    stubs.use(story);
    const { handle, input } = await start();
    assert.deepEqual(await handle.result(), { status: 'ready' });
    assert.deepEqual(stubs.called(), ['beginProvisioning', 'ensureRepository', 'checkReady', 'grantAccessAndSettle']);
    assert.deepEqual(lastInput(), { ...input, repoId: '77', ...ready });
    assert.equal(await handle.query(workspacePhaseQuery), 'settled');
  });

  it('does nothing when the row says that there is nothing to do', async () => {
    stubs.use({ ...story, beginProvisioning: () => ({ proceed: false }) });
    const { handle } = await start();
    assert.deepEqual(await handle.result(), { status: 'not_needed' });
    assert.deepEqual(stubs.called(), ['beginProvisioning']);
  });

  it('looks again and again while GitHub still copies the template', async () => {
    let looks = 0;
    stubs.use({
      ...story,
      checkReady: () => {
        if ((looks += 1) < 20) throw new AppError('WORKSPACE_NOT_READY', undefined, { retryAfterSeconds: 25 });
        return ready;
      },
    });
    const { handle } = await start();
    assert.deepEqual(await handle.result(), { status: 'ready' });
    assert.equal(looks, 20);
  });

  it('gives up on a repository that never becomes ready, and says so in the row', async () => {
    stubs.use({
      ...story,
      checkReady: () => {
        throw ApplicationFailure.create({ type: 'WORKSPACE_NOT_READY', message: 'not yet', nextRetryDelay: '1m' });
      },
    });
    const { handle } = await start();
    await assert.rejects(handle.result(), WorkflowFailedError);
    assert.equal(stubs.called().at(-1), 'recordProvisioningFailure');
    const looks = stubs.called().filter((name) => name === 'checkReady').length;
    assert(looks >= 100 && looks <= 121, `${looks} looks in two hours`);
  });

  it('rides out an outage at GitHub', async () => {
    let failures = 0;
    stubs.use({
      ...story,
      ensureRepository: () => {
        if ((failures += 1) <= 15) throw new AppError('GITHUB_UNAVAILABLE');
        return { repoId: '77', fullName: 'acme/tenon-ws-1-task2' };
      },
    });
    const { handle } = await start();
    assert.deepEqual(await handle.result(), { status: 'ready' });
  });

  it('ends at once on what no retry can mend, with its code in the row', async () => {
    stubs.use({
      ...story,
      ensureRepository: () => {
        throw new AppError('INVALID_TEMPLATE_KEY', 'The template is gone', { cause: new Error('token ghs_secret') });
      },
    });
    const { handle, input } = await start();
    await assert.rejects(handle.result(), WorkflowFailedError);
    assert.deepEqual(stubs.called(), ['beginProvisioning', 'ensureRepository', 'recordProvisioningFailure']);
    assert.deepEqual(lastInput(), { ...input, reason: 'The template is gone', errorCode: 'INVALID_TEMPLATE_KEY' });
    const history = JSON.stringify((await handle.fetchHistory()).events, (key, value: unknown) =>
      key === 'data' && value instanceof Uint8Array ? Buffer.from(value).toString() : value,
    );
    assert(!history.includes('ghs_secret'), 'causes stay out of histories');
  });

  it('only closes when the session is over, and waits for the run that is under way', async () => {
    let looks = 0;
    stubs.use({
      ...story,
      beginProvisioning: () => ({ proceed: true, closes: true }),
      closeAndSettle: () => {
        if ((looks += 1) < 80) {
          throw ApplicationFailure.create({
            type: 'WORKSPACE_RUN_UNDER_WAY',
            message: 'not yet',
            nextRetryDelay: '30s',
          });
        }
        return { closed: true };
      },
    });
    const { handle, input } = await start();
    assert.deepEqual(await handle.result(), { status: 'closed' });
    assert.deepEqual([...new Set(stubs.called())], ['beginProvisioning', 'closeAndSettle']);
    assert.deepEqual([looks, lastInput()], [80, input]);
  });

  it('closes in the same life when the session ends while the repository is made', async () => {
    stubs.use({ ...story, grantAccessAndSettle: () => ({ accessGrantedTo: null, closes: true }) });
    const { handle } = await start();
    assert.deepEqual(await handle.result(), { status: 'closed' });
    assert.deepEqual(stubs.called().slice(-2), ['grantAccessAndSettle', 'closeAndSettle']);
  });

  it('gives up closing after half a day, and says so in the row', async () => {
    stubs.use({
      ...story,
      beginProvisioning: () => ({ proceed: true, closes: true }),
      closeAndSettle: () => {
        throw new AppError('GITHUB_UNAVAILABLE');
      },
    });
    const { handle } = await start();
    await assert.rejects(handle.result(), WorkflowFailedError);
    assert.equal((lastInput() as { errorCode: string }).errorCode, 'GITHUB_UNAVAILABLE');
  });

  it('records a cancellation, however far it came', async () => {
    stubs.use({
      ...story,
      checkReady: () => {
        throw new AppError('WORKSPACE_NOT_READY', undefined, { retryAfterSeconds: 60 });
      },
    });
    const { handle } = await start();
    await until('it waits', async () => (await handle.query(workspacePhaseQuery)) === 'waiting_until_ready');
    await handle.cancel();
    await assert.rejects(handle.result(), WorkflowFailedError);
    assert.equal(stubs.called().at(-1), 'recordProvisioningFailure');
    assert.equal((lastInput() as { errorCode: string }).errorCode, 'CANCELLED');
  });
});
