import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { ensureSchedules } from '../../worker/schedules.ts';
import { ensureSearchAttributes } from '../../worker/search-attributes.ts';
import { cleanupOf } from '../support/temporal-cleanup-stories.ts';
import { startDevTemporal, type DevTemporal } from '../support/temporal-dev.ts';
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

  const schedule = () => temporal.client.schedule.getHandle('workspace-cleanup');
  const daysOf = async (): Promise<unknown> => {
    const { action } = await schedule().describe();
    return (action.args as [{ retentionDays: unknown }])[0].retentionDays;
  };

  it('is made once, by however many workers, and follows the setting', async () => {
    await Promise.all([1, 2, 3].map(() => ensureSchedules(temporal.client, { workspaceRetentionDays: null })));
    assert.equal(await daysOf(), null);
    await ensureSchedules(temporal.client, { workspaceRetentionDays: 45 });
    assert.equal(await daysOf(), 45);
    const { spec, policies } = await schedule().describe();
    assert.deepEqual([spec.calendars?.length, policies.overlap], [1, 'SKIP']);
  });

  it('stays paused when an operator has paused it', async () => {
    await schedule().pause('we look first');
    await ensureSchedules(temporal.client, { workspaceRetentionDays: 30 });
    const { state } = await schedule().describe();
    assert.deepEqual([state.paused, state.note, await daysOf()], [true, 'we look first', 30]);
    await schedule().unpause();
  });

  it('is the clean-up, findable as the installation’s', async () => {
    stubs.use(cleanupOf([['1']]));
    await schedule().trigger();
    await until('the clean-up has run', () => stubs.called().includes('checkCleanupRound'));
    const query = `TenonKind = 'workspace-cleanup' and TenonOrg = 'installation'`;
    await until('it is listed', async () => {
      for await (const { workflowId } of temporal.client.workflow.list({ query })) {
        assert.match(workflowId, /^workspace-cleanup\/daily-/);
        return true;
      }
      await pause(50);
      return false;
    });
  });
});
