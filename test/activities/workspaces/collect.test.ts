import assert from 'node:assert/strict';
import type { FinishedRun } from '../../../domain/workspaces/test-run.ts';
import type { ForcedArtifact, NextRuns } from '../../../local/github/control/types.ts';
import type { TestRun } from '../../../models/test-run.ts';
import type { Workspace } from '../../../models/workspace.ts';
import type { RunEvidence, RunOwners } from '../../../services/workspaces/run-records.ts';
import { activitiesOn, inActivity, resultsArtifact, runEnd } from '../../support/factories-workspaces.ts';
import { describeActivities, queuedRun, readyWorkspace, rowsNow, type ActivityPlace } from './place.ts';

describeActivities('collecting a run', (openPlace) => {
  let place: ActivityPlace;
  let workspace: Workspace;
  const good = { passed: 2, failed: 1, total: 3, stdout: 'ran', stderr: '', summary: { format: 'tests' } };
  const downloads = 'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}';

  before(async () => {
    place = await openPlace();
    workspace = await readyWorkspace(place.forge);
  });
  after(() => place.github.close());
  beforeEach(() =>
    place.database.rows(`update test_runs set status = 'error', finished_at = now() where finished_at is null`),
  );
  afterEach(() => place.github.control.resetFaults());

  const begun = async (next: NextRuns, changes: Parameters<typeof queuedRun>[2] = {}) => {
    await place.github.control.nextRuns(next);
    const run = await queuedRun(place.database, workspace, changes);
    const { githubRunId } = await inActivity(place.activities.dispatchRun, { orgId: run.orgId, runId: run.id });
    return { run, input: { orgId: run.orgId, runId: run.id, githubRunId } };
  };
  const ended = async (next: NextRuns, changes: Parameters<typeof queuedRun>[2] = {}) => {
    const { run, input } = await begun(next, changes);
    await runEnd(place.forge, workspace.repoFullName, input.githubRunId);
    return { run, finished: await inActivity(place.activities.checkRun, input) };
  };
  const collect = (
    { run, finished }: { run: TestRun; finished: FinishedRun },
    attempt = 1,
    activities = place.activities,
  ) => inActivity(activities.collectAndStore, { orgId: run.orgId, runId: run.id, finished }, attempt);
  const now = ({ id, orgId }: TestRun): Promise<TestRun> => rowsNow(place.database, orgId).run(id);

  it('asks again, ever later, while GitHub runs the tests', async () => {
    const { input } = await begun({ conclusion: 'success', leaveInProgress: true });
    const check = (attempt: number) => inActivity(place.activities.checkRun, input, attempt);
    const notYet = (nextRetryDelay: number) => ({ type: 'RUN_NOT_FINISHED', nonRetryable: false, nextRetryDelay });
    await assert.rejects(check(1), notYet(1_000));
    await assert.rejects(check(3), notYet(3_000));
    await assert.rejects(check(50), notYet(5_000));
    await place.github.control.finishRun(input.githubRunId, { conclusion: 'timed_out' });
    const finished = await check(4);
    assert.equal(finished.conclusion, 'timed_out');
  });

  it('stores what the artifact says, once', async () => {
    const done = await ended({ conclusion: 'failure', artifacts: [resultsArtifact(good)] });
    assert.deepEqual(await collect(done), { status: 'failed' });
    assert.deepEqual(await collect(done, 2), { status: 'failed' });
    const row = await now(done.run);
    assert.deepEqual(
      [row.passed, row.failed, row.total, row.stdout, row.conclusion, row.artifactName, row.headSha],
      [2, 1, 3, 'ran', 'failure', 'tenon-test-results', workspace.baseTemplateSha],
    );
  });

  const artifacts: [string, ForcedArtifact[], string | null][] = [
    ['nothing', [], 'artifact_missing'],
    ['only an expired one', [{ ...resultsArtifact(good), expired: true }], 'artifact_missing'],
    [
      'a broken zip',
      [{ name: 'tenon-test-results', rawBase64: Buffer.from('no zip').toString('base64') }],
      'zip_invalid',
    ],
    [
      'a broken one and a good one of a worse name',
      [{ name: 'tenon-test-results', rawBase64: '' }, resultsArtifact(good, 'mine')],
      null,
    ],
  ];
  for (const [what, list, errorCode] of artifacts) {
    it(`${what}: ${errorCode ?? 'the good one counts'}`, async () => {
      const done = await ended({ conclusion: 'success', artifacts: list });
      assert.deepEqual(await collect(done), { status: errorCode === null ? 'failed' : 'error' });
      assert.equal((await now(done.run)).artifactErrorCode, errorCode);
    });
  }

  it('asks again for an artifact that could not be downloaded, and then goes on without', async () => {
    const done = await ended({ conclusion: 'success', artifacts: [resultsArtifact(good)] });
    await place.github.control.fault({ route: downloads, status: 503 });
    await assert.rejects(collect(done, 1), { code: 'GITHUB_UNAVAILABLE' });
    assert.equal((await now(done.run)).status, 'running');
    assert.deepEqual(await collect(done, 8), { status: 'error' });
    assert.equal((await now(done.run)).artifactErrorCode, 'download_failed');
  });

  it('does not believe a hint: another run’s, or one that came before the end', async () => {
    const { run, input } = await begun({ conclusion: 'success', leaveInProgress: true });
    const hint = { githubRunId: input.githubRunId, conclusion: 'success', headSha: 'e'.repeat(40) };
    await assert.rejects(collect({ run, finished: hint }), { type: 'RUN_NOT_FINISHED', nonRetryable: false });
    await assert.rejects(collect({ run, finished: { ...hint, githubRunId: '1' } }), { code: 'CONFLICT' });
    await place.github.control.finishRun(input.githubRunId, {
      conclusion: 'failure',
      artifacts: [resultsArtifact(good)],
    });
    assert.deepEqual(await collect({ run, finished: hint }), { status: 'failed' }, 'GitHub decides how it ended');
    assert.equal((await now(run)).headSha, workspace.baseTemplateSha);
  });

  describe('of a submission', () => {
    const evidence: RunEvidence[] = [];
    const owners: RunOwners = {
      submission: {
        dispatched: () => Promise.resolve(),
        finished: (_uow, _run, found) => Promise.resolve(void evidence.push(found)),
        failed: () => Promise.resolve(),
      },
    };
    const compare = 'GET /repos/{owner}/{repo}/compare/{basehead}';
    const observed = () => activitiesOn(place.database.uow, place.forge, owners);
    beforeEach(() => void evidence.splice(0));

    it('brings the difference to the template', async () => {
      const next: NextRuns = { conclusion: 'success', artifacts: [resultsArtifact({ ...good, failed: 0 })] };
      const done = await ended(next, { purpose: 'submission' });
      assert.deepEqual(await collect(done, 1, observed()), { status: 'passed' });
      const sha = workspace.baseTemplateSha ?? '';
      const diffSummary = {
        ahead_by: 0,
        behind_by: 0,
        total_commits: 0,
        base: sha,
        head: sha,
        files: [],
        truncated: false,
      };
      assert.deepEqual(evidence, [{ commitSha: sha, diffSummary, diffErrorCode: null }]);
    });

    it('without it when GitHub has none, and after some tries when it is away', async () => {
      const next: NextRuns = { conclusion: 'success', artifacts: [resultsArtifact({ ...good, failed: 0 })] };
      const done = await ended(next, { purpose: 'submission' });
      await place.github.control.fault({ route: compare, status: 500 });
      await assert.rejects(collect(done, 1, observed()), { code: 'GITHUB_UNAVAILABLE' });
      assert.deepEqual(await collect(done, 8, observed()), { status: 'passed' });
      const gone = await ended(next, { purpose: 'submission' });
      await place.github.control.resetFaults();
      await place.github.control.fault({ route: compare, status: 404 });
      assert.deepEqual(await collect(gone, 1, observed()), { status: 'passed' });
      assert.deepEqual(
        evidence.map(({ diffSummary, diffErrorCode }) => [diffSummary, diffErrorCode]),
        [
          [null, 'GITHUB_UNAVAILABLE'],
          [null, 'GITHUB_NOT_FOUND'],
        ],
      );
    });
  });
});
