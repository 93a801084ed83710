import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { templateActivities } from '../../../activities/templates.ts';
import type { ForcedArtifact } from '../../../local/github/control/types.ts';
import { forgeOf, inActivity, resultsArtifact, runEnd, type TestGithub } from '../../support/factories-workspaces.ts';
import { bareKey, owner, soundKey, startTemplateGithub } from '../../support/template-github.ts';
import { dispatchesSeen, dispatchRoute } from '../workspaces/place.ts';

const repo = `${owner}/tenon-template-${soundKey}`;
const good = { passed: 3, failed: 0, total: 3, stdout: '', stderr: '' };

describe('a run of a template', () => {
  let github: TestGithub;
  let activities: ReturnType<typeof templateActivities>;
  before(async () => {
    github = await startTemplateGithub();
    activities = templateActivities({ forge: forgeOf(github) });
  });
  after(() => github.close());
  afterEach(() => github.control.resetFaults());

  const wanted = (changes: object = {}) => ({
    repo,
    branch: 'main',
    workflowFile: 'tenon-ci.yml',
    marker: `template-health-${randomUUID()}`,
    ...changes,
  });

  it('is started once, however often that is tried', async () => {
    await github.control.clearCalls();
    const input = wanted();
    const first = await inActivity(activities.dispatchTemplate, input);
    assert.deepEqual(await inActivity(activities.dispatchTemplate, input, 2), first);
    assert.equal(await dispatchesSeen(github), 1);
    await runEnd(forgeOf(github), repo, first.githubRunId);
  });

  it('is not started again after GitHub has refused it or not answered', async () => {
    for (const [fault, type] of [
      [{ status: 503 }, 'GITHUB_UNAVAILABLE'],
      [{ status: 403 }, 'GITHUB_PERMISSION_DENIED'],
      [{ rateLimited: 'secondary' }, 'GITHUB_RATE_LIMITED'],
    ] as const) {
      await github.control.fault({ route: dispatchRoute, ...fault });
      await assert.rejects(inActivity(activities.dispatchTemplate, wanted()), { type, nonRetryable: true });
      await github.control.resetFaults();
    }
    const bare = wanted({ repo: `${owner}/tenon-template-${bareKey}` });
    await assert.rejects(inActivity(activities.dispatchTemplate, bare), { type: 'GITHUB_NOT_FOUND' });
  });

  it('is looked at again, ever later, until it has ended', async () => {
    await github.control.nextRuns({ conclusion: 'failure', leaveInProgress: true });
    const run = await inActivity(activities.dispatchTemplate, wanted());
    const look = (attempt: number) => inActivity(activities.checkTemplateRun, run, attempt);
    const later = (nextRetryDelay: number) => ({ type: 'RUN_NOT_FINISHED', nextRetryDelay, nonRetryable: false });
    await assert.rejects(look(1), later(2_000));
    await assert.rejects(look(2), later(3_000));
    await assert.rejects(look(9), later(8_000));
    await github.control.finishRun(run.githubRunId, { conclusion: 'failure' });
    assert.deepEqual(await look(10), { conclusion: 'failure' });
    assert.deepEqual(await look(10), { conclusion: 'failure' });
  });

  /** What reading says of a run that left these; twice the same. */
  async function read(artifacts: ForcedArtifact[]) {
    await github.control.nextRuns({ conclusion: 'success', artifacts });
    const run = await inActivity(activities.dispatchTemplate, wanted());
    await runEnd(forgeOf(github), repo, run.githubRunId);
    const found = await inActivity(activities.readTemplateResults, run);
    assert.deepEqual(await inActivity(activities.readTemplateResults, run, 2), found);
    return found;
  }

  it('leaves its counts in the artifact of that name, in any case', async () => {
    assert.deepEqual(await read([resultsArtifact(good, 'junit'), resultsArtifact(good, 'TENON-Test-Results')]), {
      artifactName: 'TENON-Test-Results',
      counts: { passed: 3, failed: 0, total: 3 },
      errors: [],
    });
  });

  it('is told what its artifacts lack', async () => {
    const other = (path: string) => ({ name: 'tenon-test-results', entries: [{ path, text: JSON.stringify(good) }] });
    const cases: [ForcedArtifact[], string | null, string][] = [
      [[], null, 'artifact_missing'],
      [[resultsArtifact(good, 'test-results')], null, 'artifact_missing'],
      [[{ ...resultsArtifact(good), expired: true }], null, 'artifact_missing'],
      [[resultsArtifact(good, 'SimuHire-test-results')], 'SimuHire-test-results', 'artifact_legacy_name_simuhire'],
      [[other('results.json')], 'tenon-test-results', 'artifact_zip_missing_test_results_json'],
      [
        [{ name: 'tenon-test-results', rawBase64: Buffer.from('no zip').toString('base64') }],
        'tenon-test-results',
        'artifact_zip_missing_test_results_json',
      ],
    ];
    for (const [artifacts, artifactName, error] of cases) {
      assert.deepEqual(await read(artifacts), { artifactName, counts: null, errors: [error] }, error);
    }
  });

  it('is told when its results are not as the contract wants them', async () => {
    const { stdout: _gone, ...silent } = good;
    for (const bad of [
      { ...good, passed: true },
      { ...good, failed: '0' },
      { ...good, total: 1.5 },
      { ...good, stderr: null },
      { ...good, summary: [] },
      { ...good, summary: null },
      silent,
      [],
    ]) {
      const { errors, counts } = await read([resultsArtifact(bad)]);
      assert.deepEqual([errors, counts], [['test_results_json_invalid_schema'], null], JSON.stringify(bad));
    }
    const text = { name: 'tenon-test-results', entries: [{ path: 'tenon-test-results.json', text: '{"passed":' }] };
    assert.deepEqual((await read([text])).errors, ['test_results_json_invalid_schema']);
  });
});
