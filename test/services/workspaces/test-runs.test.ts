import assert from 'node:assert/strict';
import type { UnitOfWork } from '../../../core/unit-of-work.ts';
import { systemActor, type SystemActor } from '../../../domain/identity/actor.ts';
import type { ArtifactVerdict } from '../../../domain/workspaces/test-results.ts';
import type { Workspace } from '../../../models/workspace.ts';
import { recordDispatched, recordFinished, recordRunFailed } from '../../../services/workspaces/run-records.ts';
import {
  findRunByGithubId,
  readRun,
  runFailure,
  startRun,
  webhookGraceMs,
  type RunRequest,
  type StartedRun,
} from '../../../services/workspaces/test-runs.ts';
import { messagesOf, trailOf } from '../../api/hiring/world.ts';
import { resetDatabase, type TestDatabase } from '../../support/database.ts';
import { makeSession, makeSimulation, makeWorkspace, taskOf } from '../../support/factories-hiring.ts';
import { makeUser } from '../../support/factories-identity.ts';
import { rememberingOwners } from '../../support/factories-workspaces.ts';

describe('test runs', () => {
  let database: TestDatabase;
  let workspace: Workspace;
  let counted = 0;
  const { owners, told } = rememberingOwners();
  const headSha = 'd'.repeat(40);

  const write = <T>(work: (uow: UnitOfWork<SystemActor>) => Promise<T>): Promise<T> =>
    database.uow.write(systemActor(workspace.orgId, 'test'), work);
  const start = (changes: Partial<RunRequest> = {}): Promise<StartedRun> =>
    write((uow) =>
      startRun(uow, { workspace, branch: 'main', inputs: {}, purpose: 'run', graceMs: 0, ref: 'r', ...changes }),
    );
  const dispatched = async (changes: Partial<RunRequest> = {}): Promise<{ id: string; githubRunId: string }> => {
    const { run } = await start(changes);
    const githubRunId = String(18_000_000_000 + (counted += 1));
    await write((uow) => recordDispatched(uow, owners, { runId: run.id, githubRunId }));
    return { id: run.id, githubRunId };
  };
  const finish = (
    run: { id: string; githubRunId: string },
    verdict: ArtifactVerdict,
    conclusion = 'success',
  ): Promise<string> => {
    const finished = { githubRunId: run.githubRunId, conclusion, headSha };
    return write((uow) =>
      recordFinished(uow, owners, { runId: run.id, finished, verdict, diffSummary: null, diffErrorCode: null }),
    );
  };
  const parsed = (results: object = {}): ArtifactVerdict => ({
    kind: 'parsed',
    artifactName: 'tenon-test-results',
    results: {
      passed: 2,
      failed: 0,
      skipped: 1,
      total: 2,
      stdout: 'out',
      stderr: 'err',
      summary: { a: 1 },
      format: 'tenon',
      ...results,
    },
  });

  before(async () => {
    database = await resetDatabase();
  });
  beforeEach(async () => {
    told.length = 0;
    const session = await makeSession(await makeSimulation(await makeUser()));
    workspace = await makeWorkspace(session, taskOf(session, 'code'));
  });

  it('one is active per branch, whoever asks and however often', async () => {
    const many = await Promise.all([start(), start(), start(), start()]);
    assert.equal(new Set(many.map(({ run }) => run.id)).size, 1);
    assert.equal(many.filter(({ started }) => started).length, 1);
    assert.equal((await start({ branch: 'other' })).started, true);
    const submissions = await Promise.all([
      start({ purpose: 'submission' }),
      start({ purpose: 'submission', branch: 'b' }),
    ]);
    assert.equal(new Set(submissions.map(({ run }) => run.id)).size, 1);
    assert.notEqual(submissions[0].run.id, many[0].run.id);
    const id = many[0].run.id;
    const messages = await database.rows<{ message: object }>(
      `select message -> 'start' -> 'input' as message from outbox where workflow_id = $1`,
      [`test-run/${id}`],
    );
    assert.deepEqual(messages, [{ message: { orgId: workspace.orgId, runId: id, graceMs: 0 } }]);
    assert.deepEqual(await messagesOf(database, 'none'), []);
  });

  it('is taken by GitHub once, and then is the workspace’s last run', async () => {
    const run = await dispatched();
    await write((uow) => recordDispatched(uow, owners, { runId: run.id, githubRunId: run.githubRunId }));
    const [row] = await database.rows('select last_run_id from workspaces where id = $1', [workspace.id]);
    assert.deepEqual(row, { last_run_id: run.id });
    const found = await write(() => findRunByGithubId(workspace.id, run.githubRunId));
    assert.deepEqual([found?.id, found?.status], [run.id, 'running']);
    const trail = await trailOf(database, 'test_run', run.id);
    assert.deepEqual(
      trail.map(({ action }) => action),
      ['test_run.requested', 'test_run.dispatched'],
    );
    await assert.rejects(
      write((uow) => recordDispatched(uow, owners, { runId: run.id, githubRunId: '1' })),
      { code: 'CONFLICT' },
    );
  });

  it('stores what it found once, and frees the branch', async () => {
    const run = await dispatched();
    assert.equal(await finish(run, parsed()), 'passed');
    assert.equal(await finish(run, parsed({ failed: 9 }), 'failure'), 'passed', 'the first word counts');
    const row = await write(() => readRun(run.id));
    assert.deepEqual(
      [row.passed, row.failed, row.skipped, row.total, row.stdout, row.stderr, row.summary, row.headSha, row.timeout],
      [2, 0, 1, 2, 'out', 'err', { a: 1 }, headSha, false],
    );
    const [updated] = await database.rows('select latest_commit_sha from workspaces where id = $1', [workspace.id]);
    assert.deepEqual(updated, { latest_commit_sha: headSha });
    assert.equal((await start()).started, true);
  });

  it('is an error with the hint when nothing readable was left', async () => {
    const run = await dispatched();
    assert.equal(await finish(run, { kind: 'missing' }), 'error');
    const row = await write(() => readRun(run.id));
    assert.equal(row.stderr, 'Test results artifact missing or unreadable. Please re-run tests.');
    assert.deepEqual([row.passed, row.artifactErrorCode, row.conclusion], [null, 'artifact_missing', 'success']);
  });

  it('takes counts that no run can have for unreadable', async () => {
    for (const results of [{ passed: 2 ** 31 }, { failed: 10_000_001 }, { skipped: -1 }, { total: 1.5 }]) {
      const run = await dispatched();
      assert.equal(await finish(run, parsed(results)), 'error', JSON.stringify(results));
      const row = await write(() => readRun(run.id));
      assert.deepEqual([row.passed, row.total, row.artifactErrorCode], [null, null, 'json_schema']);
    }
  });

  it('keeps output cut and without secrets', async () => {
    const run = await dispatched();
    const secret = `ghp_${'x'.repeat(36)}`;
    await finish(
      run,
      parsed({ stdout: `${secret} ${'a'.repeat(30_000)}`, stderr: `Authorization: Bearer ${'y'.repeat(40)}` }),
    );
    const row = await write(() => readRun(run.id));
    assert.equal(`${row.stdout}${row.stderr}`.includes('xxxx'), false);
    assert.equal(row.stderr?.includes('yyyy'), false);
    assert.equal(row.stdout?.length, 20_000 + '... (truncated)'.length);
  });

  it('tells the submission that it was started for', async () => {
    const run = await dispatched({ purpose: 'submission' });
    await finish(run, parsed());
    await finish(run, parsed());
    const lost = (await start({ purpose: 'submission' })).run;
    const failure = { runId: lost.id, errorCode: 'GITHUB_UNAVAILABLE', reason: 'x' };
    await write((uow) => recordRunFailed(uow, owners, failure));
    await write((uow) => recordRunFailed(uow, owners, failure));
    assert.deepEqual(told, [`dispatched ${run.id}`, `finished ${run.id}`, `failed ${lost.id}`]);
  });

  it('a run that failed says with what, and only what callers may see', async () => {
    const { run } = await start();
    await write((uow) =>
      recordRunFailed(uow, owners, { runId: run.id, errorCode: 'GITHUB_RATE_LIMITED', reason: 'x' }),
    );
    await assert.rejects(
      write((uow) => recordDispatched(uow, owners, { runId: run.id, githubRunId: '1' })),
      { code: 'CONFLICT' },
      'an abandoned attempt comes too late',
    );
    const row = await write(() => readRun(run.id));
    assert.deepEqual([row.status, row.errorCode], ['error', 'GITHUB_RATE_LIMITED']);
    assert.equal(runFailure(row).code, 'GITHUB_RATE_LIMITED');
    assert.equal(runFailure({ errorCode: 'INVALID_BRANCH_NAME' }).status, 400);
    for (const errorCode of ['TIMED_OUT', 'INTERNAL_ERROR', 'toString', null]) {
      assert.equal(runFailure({ errorCode }).code, 'TEST_RUN_FAILED');
    }
  });

  it('waits for webhooks only where they are on', () => {
    assert.equal(webhookGraceMs({ webhookSecret: undefined }), 0);
    assert.ok(webhookGraceMs({ webhookSecret: 's' }) > 0);
  });
});
