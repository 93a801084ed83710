import assert from 'node:assert/strict';
import { templateActivities } from '../../../../activities/templates.ts';
import { workflowRuns, type WorkflowRuns } from '../../../../core/workflow-runs.ts';
import { templateCatalogue } from '../../../../domain/hiring/template-catalogue.ts';
import type { HealthReport } from '../../../../domain/hiring/template-health.ts';
import { startTestApi, type Reply, type TestApi } from '../../../support/api.ts';
import { eventually } from '../../../support/eventually.ts';
import { forgeOf, type TestGithub } from '../../../support/factories-workspaces.ts';
import type { Problem } from '../world.ts';
import { plainKey, soundKey, startTemplateGithub, wordlessKey } from '../../../support/template-github.ts';
import { startDevTemporal, type DevTemporal } from '../../../support/temporal-dev.ts';

const key = 'administrators-key-of-a-test-0001';
const headers = { 'x-admin-key': key };

describe('the health of templates, by HTTP', function () {
  this.timeout(60_000);
  let api: TestApi;
  let github: TestGithub;
  let temporal: DevTemporal;
  /** Whether the wait for a result ends before it begins. */
  let isImpatient = false;

  before(async () => {
    [github, temporal] = await Promise.all([startTemplateGithub(), startDevTemporal()]);
    await temporal.work(templateActivities({ forge: forgeOf(github) }));
    const runs = workflowRuns(temporal.client);
    const workflows: WorkflowRuns = {
      run: (start, options) => runs.run(start, isImpatient ? { ...options, waitMs: 0 } : options),
    };
    api = await startTestApi({ environment: { TENON_ADMIN_API_KEY: key }, app: { workflows } });
  });
  after(async () => {
    await api.close();
    await temporal.stop();
    await github.close();
  });

  const run = (body: object): Promise<Reply<HealthReport>> =>
    api.call('post', '/api/admin/templates/health/run', { headers, body });

  it('GET checks the whole catalogue and runs nothing', async () => {
    await github.control.clearCalls();
    for (const path of ['/api/admin/templates/health', '/api/admin/templates/health?mode=static']) {
      const { status, body } = await api.call<HealthReport>('get', path, { headers });
      assert.deepEqual([status, body.ok, body.mode], [200, false, 'static']);
      assert.deepEqual(
        body.templates.map(({ templateKey }) => templateKey),
        Object.keys(templateCatalogue),
      );
      const of = (wanted: string) => body.templates.find(({ templateKey }) => templateKey === wanted);
      assert.deepEqual([of(soundKey)?.ok, of(soundKey)?.errors, of(soundKey)?.mode], [true, [], 'static']);
      assert.deepEqual(of('python-fastapi')?.errors, ['repo_not_found']);
      assert.equal(
        of('mobile-fullstack-expo-fastapi')?.repoFullName,
        'tenon-hire-dev/tenon-template-monorepo-expo-fastapi',
      );
    }
    const { calls } = await github.control.calls();
    assert.equal(calls.filter(({ route }) => route?.startsWith('POST ')).length, 0);
  });

  it('POST runs sound templates, with their dry run where they bring a solution, in the order asked for', async () => {
    const { status, body } = await run({ templateKeys: [plainKey, soundKey], timeoutSeconds: 30 });
    assert.deepEqual([status, body.ok, body.mode], [200, true, 'live']);
    const [plain, sound] = body.templates;
    assert.deepEqual([plain?.templateKey, plain?.workflowConclusion, plain?.dryRun], [plainKey, 'success', null]);
    assert.deepEqual([sound?.templateKey, sound?.artifactNameFound], [soundKey, 'Tenon-Test-Results']);
    assert.deepEqual(sound?.dryRun?.starter.counts, { passed: 1, failed: 2, total: 3 });
    assert.deepEqual(sound?.dryRun?.solution, {
      branch: 'solution',
      runId: sound?.workflowRunId,
      conclusion: 'success',
      counts: { passed: 3, failed: 0, total: 3 },
    });
  });

  it('POST runs nothing of a template that is not sound', async () => {
    await github.control.clearCalls();
    const { status, body } = await run({ templateKeys: [wordlessKey] });
    const [report] = body.templates;
    assert.deepEqual([status, body.ok, report?.workflowRunId, report?.mode], [200, false, null, 'live']);
    assert.equal(report?.errors.length, 3);
    const { calls } = await github.control.calls();
    assert.equal(calls.filter(({ route }) => route?.startsWith('POST ')).length, 0);
  });

  it('POST tells a run that does not end in time, which leaves the run to GitHub', async () => {
    await github.control.nextRuns({ conclusion: 'success', leaveInProgress: true });
    const { status, body } = await run({ templateKeys: [plainKey], timeoutSeconds: 2 });
    assert.deepEqual([status, body.templates[0]?.errors], [200, ['workflow_run_timeout']]);
    await github.control.finishRun(String(body.templates[0]?.workflowRunId), { conclusion: 'success' });
  });

  it('says 503 when the wait has ended before the checks, which go on', async () => {
    isImpatient = true;
    const { status, body } = await api.call('get', '/api/admin/templates/health', { headers });
    isImpatient = false;
    assert.deepEqual([status, body['errorCode'], body['retryable']], [503, 'TEMPLATE_CHECKS_UNFINISHED', true]);
    const [workflowId = ''] = /template-health\/[0-9a-f-]{36}$/.exec(String(body['detail'])) ?? [];
    const { templates } = (await temporal.client.workflow.getHandle(workflowId).result()) as HealthReport;
    assert.equal(templates.length, Object.keys(templateCatalogue).length);
  });

  const runningWorkflow = () =>
    eventually('the workflow', async () => {
      for await (const one of temporal.client.workflow.list({ query: `ExecutionStatus = 'Running'` })) return one;
      return undefined;
    });

  it('says 503 when an operator ends the checks, and where they were', async () => {
    await github.control.nextRuns({ conclusion: 'success', leaveInProgress: true });
    const asked = api.call<Problem>('post', '/api/admin/templates/health/run', {
      headers,
      body: { templateKeys: [plainKey], timeoutSeconds: 30 },
    });
    const { workflowId } = await runningWorkflow();
    await temporal.client.workflow.getHandle(workflowId).cancel();
    const { status, body } = await asked;
    assert.deepEqual([status, body.errorCode], [503, 'TEMPLATE_CHECKS_UNFINISHED']);
    assert.ok(body.detail.includes(workflowId), body.detail);
  });

  it('goes on when the client leaves', async () => {
    await github.control.nextRuns({ conclusion: 'success', leaveInProgress: true });
    const leave = new AbortController();
    await github.control.clearCalls();
    const asked = api.call('post', '/api/admin/templates/health/run', {
      headers,
      body: { templateKeys: [plainKey], timeoutSeconds: 5 },
      signal: leave.signal,
    });
    const running = await runningWorkflow();
    leave.abort();
    await assert.rejects(asked, { name: 'AbortError' });
    const result = (await temporal.client.workflow.getHandle(running.workflowId).result()) as HealthReport;
    assert.deepEqual(result.templates[0]?.errors, ['workflow_run_timeout']);
    assert.match(running.workflowId, /^template-health\/[0-9a-f-]{36}$/);
  });
});
