import assert from 'node:assert/strict';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { AppError } from '../../core/errors.ts';
import { deliverMessage } from '../../core/temporal.ts';
import type { HealthReport, TemplateUnderTest } from '../../domain/hiring/template-health.ts';
import {
  templateHealthProgressQuery,
  templateHealthStart,
  type TemplateHealthInput,
  type TemplateHealthProgress,
} from '../../workflows/hiring/template-health.contract.ts';
import { startSkippingTemporal, type SkippingTemporal } from '../support/temporal-skipping.ts';
import { stubActivities } from '../support/temporal-stubs.ts';
import { healthInput, runNotFinished, soundTemplates } from '../support/temporal-template-stories.ts';
import { until } from '../support/temporal-until.ts';

describe('the template health workflow', function () {
  this.timeout(60_000);
  const stubs = stubActivities();
  let temporal: SkippingTemporal;

  before(async () => {
    temporal = await startSkippingTemporal(stubs.activities);
  });
  after(() => temporal.stop());

  async function start(changes: Partial<TemplateHealthInput> = {}): Promise<WorkflowHandle> {
    const message = { start: templateHealthStart(healthInput(changes)) };
    await deliverMessage(temporal.env.client, message, 5_000);
    return temporal.env.client.workflow.getHandle(message.start.workflowId);
  }

  const resultOf = async (changes: Partial<TemplateHealthInput> = {}): Promise<HealthReport> =>
    (await (await start(changes)).result()) as HealthReport;

  const called = (name: string): number => stubs.called().filter((one) => one === name).length;

  it('finds templates sound whose starter fails and whose solution passes, in the order asked for', async () => {
    stubs.use(soundTemplates);
    const { ok, mode, templates } = await resultOf({ concurrency: 5 });
    assert.deepEqual([ok, mode], [true, 'live']);
    assert.deepEqual(
      templates.map(({ templateKey }) => templateKey),
      ['go-gin', 'node-nest-ts'],
    );
    const [first] = templates;
    assert.deepEqual(
      [first?.workflowRunId, first?.workflowConclusion, first?.artifactNameFound],
      [2, 'success', 'tenon-test-results'],
    );
    assert.deepEqual(first?.dryRun, {
      starter: { branch: 'main', runId: 1, conclusion: 'failure', counts: { passed: 1, failed: 2, total: 3 } },
      solution: { branch: 'solution', runId: 2, conclusion: 'success', counts: { passed: 3, failed: 0, total: 3 } },
    });
  });

  it('names a starter that passes and a solution that does not', async () => {
    stubs.use({
      ...soundTemplates,
      checkTemplateRun: ({ githubRunId }: { githubRunId: string }) => ({
        conclusion: githubRunId === '2' ? 'failure' : 'success',
      }),
    });
    const [report] = (await resultOf()).templates;
    assert.deepEqual(report?.errors, ['workflow_run_not_success', 'starter_does_not_fail', 'solution_does_not_pass']);
    assert.equal(report?.ok, false);
  });

  it('wants the default branch to succeed where there is no solution', async () => {
    const withoutSolution = (template: TemplateUnderTest) => ({
      ...soundTemplates.checkTemplate(template),
      hasSolution: false,
    });
    stubs.use({ ...soundTemplates, checkTemplate: withoutSolution });
    const [report] = (await resultOf()).templates;
    assert.deepEqual([report?.errors, report?.dryRun], [['workflow_run_not_success'], null]);
    stubs.use({
      ...soundTemplates,
      checkTemplate: withoutSolution,
      checkTemplateRun: () => ({ conclusion: 'success' }),
    });
    assert.equal((await resultOf()).ok, true);
  });

  it('runs nothing for static checks, nor where those have found something', async () => {
    stubs.use(soundTemplates);
    assert.equal((await resultOf({ mode: 'static' })).ok, true);
    const broken = (template: TemplateUnderTest) => {
      const { report } = soundTemplates.checkTemplate(template);
      return { report: { ...report, ok: false, errors: ['workflow_file_missing'] }, hasSolution: false };
    };
    stubs.use({ ...soundTemplates, checkTemplate: broken });
    const { ok, templates } = await resultOf();
    assert.deepEqual([ok, templates[0]?.errors], [false, ['workflow_file_missing']]);
    assert.equal(called('dispatchTemplate'), 0);
  });

  it('waits for a run as long as it may take, and no longer', async () => {
    stubs.use({ ...soundTemplates, checkTemplateRun: runNotFinished });
    const { templates } = await resultOf({ timeoutSeconds: 30 });
    assert.deepEqual(templates[0]?.errors, ['workflow_run_timeout']);
    assert.equal(called('readTemplateResults'), 0);
    const looks = called('checkTemplateRun');
    assert(looks > 4 && looks <= 4 * 151, `${looks} looks by two templates with two runs each`);
  });

  it('tells the failures of a dispatch and of GitHub by their codes, and goes on with the next template', async () => {
    for (const [code, error] of [
      ['GITHUB_REQUEST_REFUSED', 'workflow_dispatch_failed'],
      ['GITHUB_PERMISSION_DENIED', 'github_forbidden'],
    ] as const) {
      stubs.use({
        ...soundTemplates,
        dispatchTemplate: (wanted: { repo: string; branch: string }) => {
          if (wanted.repo.endsWith('go-gin')) throw new AppError(code);
          return soundTemplates.dispatchTemplate(wanted);
        },
      });
      const { ok, templates } = await resultOf();
      assert.deepEqual([ok, templates[0]?.errors, templates[1]?.errors], [false, [error], []]);
    }
  });

  it('checks no more templates at once than allowed, and shows how far it is', async () => {
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    stubs.use({
      ...soundTemplates,
      checkTemplate: (one: TemplateUnderTest) => held.then(() => soundTemplates.checkTemplate(one)),
    });
    const keys = ['a', 'b', 'c', 'd', 'e'];
    const handle = await start({
      mode: 'static',
      concurrency: 2,
      templates: keys.map((templateKey) => ({ templateKey, repoFullName: `acme/${templateKey}` })),
    });
    const progress = (): Promise<TemplateHealthProgress> => handle.query(templateHealthProgressQuery);
    await until('two are being checked', () => called('checkTemplate') === 2);
    assert.deepEqual(await progress(), { total: 5, done: 0, checking: ['a', 'b'] });
    letGo();
    await handle.result();
    assert.deepEqual(await progress(), { total: 5, done: 5, checking: [] });
  });

  it('ends when an operator cancels it', async () => {
    stubs.use({ ...soundTemplates, checkTemplateRun: runNotFinished });
    const handle = await start({ timeoutSeconds: 600 });
    await until('a look', () => called('checkTemplateRun') > 0);
    await handle.cancel();
    await assert.rejects(handle.result(), WorkflowFailedError);
  });
});
