import assert from 'node:assert/strict';
import { ensureSchedules } from '../../worker/schedules.ts';
import { ensureSearchAttributes } from '../../worker/search-attributes.ts';
import { cleanupOf } from '../support/temporal-cleanup-stories.ts';
import { startDevTemporal, type DevTemporal } from '../support/temporal-dev.ts';
import { quietRound } from '../support/temporal-reconciliation-stories.ts';
import { stubActivities } from '../support/temporal-stubs.ts';
import { until } from '../support/temporal-until.ts';

describe('what Temporal starts by itself', function () {
  this.timeout(60_000);
  const stubs = stubActivities();
  let temporal: DevTemporal;

  before(async () => {
    temporal = await startDevTemporal();
    await ensureSearchAttributes(temporal.client);
    await temporal.work(stubs.activities);
  });
  after(() => temporal.stop());

  const ensure = (workspaceRetentionDays: number | null = null) =>
    ensureSchedules(temporal.client, { workspaceRetentionDays });
  const schedule = (id: string) => temporal.client.schedule.getHandle(id);
  const daysOf = async (): Promise<unknown> => {
    const { action } = await schedule('workspace-cleanup').describe();
    return (action.args as [{ retentionDays: unknown }])[0].retentionDays;
  };
  const isListed = (query: string, id: RegExp) =>
    until(`a workflow with ${query}`, async () => {
      for await (const { workflowId } of temporal.client.workflow.list({ query })) if (id.test(workflowId)) return true;
      return false;
    });

  it('is made once, by however many workers', async () => {
    await Promise.all([1, 2, 3].map(() => ensure()));
    await ensure();
    const ids: string[] = [];
    for await (const { scheduleId } of temporal.client.schedule.list()) ids.push(scheduleId);
    assert.deepEqual(ids.sort(), ['github-reconciliation', 'workspace-cleanup']);
  });

  it('follows the settings, and never overlaps itself', async () => {
    assert.equal(await daysOf(), null);
    await ensure(45);
    assert.equal(await daysOf(), 45);
    const cleanup = await schedule('workspace-cleanup').describe();
    assert.deepEqual([cleanup.spec.calendars?.length, cleanup.policies.overlap], [1, 'SKIP']);
    const reconciliation = await schedule('github-reconciliation').describe();
    assert.equal(reconciliation.spec.intervals?.[0]?.every, 5 * 60_000);
    assert.equal(reconciliation.policies.overlap, 'SKIP');
  });

  it('stays paused when an operator has paused it', async () => {
    await schedule('workspace-cleanup').pause('we look first');
    await ensure(30);
    const { state } = await schedule('workspace-cleanup').describe();
    assert.deepEqual([state.paused, state.note, await daysOf()], [true, 'we look first', 30]);
    await schedule('workspace-cleanup').unpause();
  });

  it('is the clean-up, findable as the installation’s', async () => {
    stubs.use(cleanupOf([['1']]));
    await schedule('workspace-cleanup').trigger();
    await until('the clean-up has run', () => stubs.called().includes('checkCleanupRound'));
    await isListed(`TenonKind = 'workspace-cleanup' and TenonOrg = 'installation'`, /^workspace-cleanup\/daily-/);
  });

  it('is the reconciliation with GitHub, findable as the installation’s', async () => {
    stubs.use(quietRound);
    await schedule('github-reconciliation').trigger();
    await isListed(
      `TenonKind = 'github-reconciliation' and TenonOrg = 'installation' and ExecutionStatus = 'Completed'`,
      /^github-reconciliation-/,
    );
    const ofARound = stubs.called().filter((name) => name !== 'listCleanup'); // of the clean-up before
    assert.deepEqual(ofARound, ['recoverDeliveries', 'lookAtRepositories']);
  });
});
