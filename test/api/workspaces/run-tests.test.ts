import assert from 'node:assert/strict';
import type { RunResult } from '../../../api/workspaces/run-result.ts';
import type { Fault } from '../../../local/github/control/types.ts';
import type { Reply } from '../../support/api.ts';
import { makeWorkspace } from '../../support/factories-hiring.ts';
import { resultsArtifact, tinyTemplate } from '../../support/factories-workspaces.ts';
import { dispatchesSeen, dispatchRoute } from '../../activities/workspaces/place.ts';
import { everything, whileRefusing, type Problem } from '../hiring/world.ts';
import { seat, startWorkspaceApi, type Seat, type WorkspaceApi } from './world.ts';

describe('POST /api/tasks/:taskId/run', () => {
  let world: WorkspaceApi;
  const results = { passed: 4, failed: 1, total: 5, stdout: 'ran\n', stderr: 'one broke\n' };

  before(async () => {
    world = await startWorkspaceApi({ shortWaits: true });
  });
  after(() => world.close());
  beforeEach(async () => {
    await world.github.control.resetFaults();
    world.api.react((message) => world.play(message));
  });

  /** A candidate whose repository of day 2 is ready. */
  const ready = async (): Promise<Seat> => {
    const mine = await seat(world);
    const { token, headers } = mine;
    const { status } = await world.api.call('post', `${mine.path('code')}/codespace/init`, { token, headers });
    assert.equal(status, 200);
    await world.github.control.clearCalls();
    world.waits.length = 0;
    return mine;
  };
  const run = <T = RunResult>(
    mine: Seat,
    body: unknown = {},
    query = '',
    type: Parameters<Seat['path']>[0] = 'code',
  ): Promise<Reply<T>> =>
    world.api.call<T>('post', `${mine.path(type)}/run${query}`, { token: mine.token, headers: mine.headers, body });
  const refused = async (...given: Parameters<typeof run>) => {
    const { body } = await run<Problem>(...given);
    return [body.status, body.errorCode, body.detail];
  };

  it('says that the run is under way, with its id and when to look', async () => {
    const mine = await ready();
    await world.github.control.nextRuns({ conclusion: 'success', leaveInProgress: true });
    const { status, body } = await run(mine);
    assert.equal(status, 200);
    const repo = `tenon-hire-dev/tenon-ws-${mine.made.id}-task${mine.task('code').id}`;
    const none = { passed: null, failed: null, skipped: null, total: null, stdout: null, stderr: null };
    assert.deepEqual(body, {
      ...none,
      status: 'running',
      timeout: false,
      runId: body.runId,
      conclusion: null,
      workflowUrl: `https://github.com/${repo}/actions/runs/${body.runId}`,
      commitSha: null,
      errorCode: null,
      pollAfterMs: 2_000,
    });
    assert.equal(world.waits[0], 20_000, 'GitHub has that long to take the run');
    assert.ok(Number(world.waits[1]) <= 5_000, 'the result is waited for five seconds');
  });

  it('says what the tests found when that is there in time', async () => {
    const mine = await ready();
    const printed = { ...results, stdout: `${results.stdout}token=ghp_${'a1B2'.repeat(9)}\n` };
    await world.github.control.nextRuns({ conclusion: 'failure', artifacts: [resultsArtifact(printed)] });
    world.api.react((message) => world.play(message, true));
    const { body } = await run(mine, { branch: 'main', workflowInputs: { colour: 'red' } }, '?wait=75');
    const { status, passed, failed, total, stdout, stderr, conclusion, timeout } = body;
    assert.deepEqual(
      { status, passed, failed, total, stdout, stderr, conclusion, timeout },
      { status: 'failed', ...results, stdout: 'ran\ntoken=[redacted]\n', conclusion: 'failure', timeout: false },
    );
    assert.equal('pollAfterMs' in body, false);
    assert.match(String(body.commitSha), /^[0-9a-f]{40}$/);
    assert.deepEqual(world.waits, [75_000]);
  });

  it('waits as long as it is asked to, 75 s at most', async () => {
    const mine = await ready();
    await world.github.control.nextRuns({ conclusion: 'success', leaveInProgress: true });
    assert.equal((await run(mine, {}, '?wait=0')).body.status, 'running');
    assert.deepEqual(world.waits, [20_000]);
    for (const wait of ['76', '-1', '1.5', 'long'])
      assert.equal((await run(mine, {}, `?wait=${wait}`)).status, 422, wait);
  });

  it('gives the active run’s id to who asks for another on its branch, also at once', async () => {
    const mine = await ready();
    await world.github.control.nextRuns({ conclusion: 'success', leaveInProgress: true });
    const both = await Promise.all([run(mine), run(mine)]);
    const later = await run(mine);
    const ids = [...both, later].map(({ body }) => body.runId);
    assert.equal(new Set(ids).size, 1);
    assert.equal(await dispatchesSeen(world.github), 1);
  });

  it('says what GitHub failed with, and the next run starts anew', async () => {
    const mine = await ready();
    const faults: [Fault, string][] = [
      [{ status: 500 }, 'GITHUB_UNAVAILABLE'],
      [{ drop: true }, 'GITHUB_UNAVAILABLE'],
      [{ status: 401 }, 'GITHUB_TOKEN_INVALID'],
      [{ status: 403 }, 'GITHUB_PERMISSION_DENIED'],
      [{ rateLimited: 'secondary' }, 'GITHUB_RATE_LIMITED'],
    ];
    for (const [fault, code] of faults) {
      await world.github.control.fault({ route: dispatchRoute, times: 1, ...fault });
      assert.deepEqual(await refused(mine), [502, code, 'GitHub unavailable. Please try again.']);
    }
    const ended = await world.api.database.rows<{ status: string; error_code: string }>(
      'select status, error_code from test_runs where candidate_session_id = $1 order by requested_at',
      [mine.made.id],
    );
    assert.deepEqual(
      ended.filter(({ error_code }) => error_code !== null),
      faults.map(([, error_code]) => ({ status: 'error', error_code })),
    );
    const { body } = await run(mine, {}, '?wait=0');
    assert.equal(body.status, 'running');
  });

  it('gives a repeat with the same Idempotency-Key the run that has ended, and a new one for one that never began', async () => {
    const mine = await ready();
    const { control } = world.github;
    const keyed = <T = RunResult>(key: string) =>
      world.api.call<T>('post', `${mine.path('code')}/run?wait=75`, {
        token: mine.token,
        headers: { ...mine.headers, 'idempotency-key': key },
        body: {},
      });
    await control.nextRuns({ conclusion: 'failure', artifacts: [resultsArtifact(results)] });
    world.api.react((message) => world.play(message, true));
    const first = await keyed('once');
    assert.deepEqual((await keyed('once')).body, first.body);
    assert.equal(await dispatchesSeen(world.github), 1);
    await control.fault({ route: dispatchRoute, status: 403, times: 1 });
    assert.equal((await keyed<Problem>('again')).status, 502);
    await control.nextRuns({
      conclusion: 'success',
      artifacts: [resultsArtifact({ ...results, failed: 0, total: 4 })],
    });
    assert.equal((await keyed('again')).body.status, 'passed');
  });

  it('says that nothing was sent yet when nobody plays the workflow, and later gives that same run', async () => {
    const mine = await ready();
    world.api.react(() => undefined);
    assert.deepEqual(await refused(mine), [
      503,
      'TEST_RUN_QUEUED',
      'The test run is accepted and has not been started yet. Please try again.',
    ]);
    const start = world.api.delivered.at(-1);
    assert.ok(start);
    await world.play(start);
    assert.equal((await run(mine, {}, '?wait=0')).status, 200);
    assert.equal(await dispatchesSeen(world.github), 1);
  });

  it('goes on when the caller leaves', async () => {
    const mine = await ready();
    await world.github.control.nextRuns({ conclusion: 'failure', artifacts: [resultsArtifact(results)] });
    const leave = new AbortController();
    let played = Promise.resolve();
    world.api.react((message) => {
      leave.abort();
      played = world.play(message, true);
    });
    const { token, headers } = mine;
    const asked = world.api.call('post', `${mine.path('code')}/run`, {
      token,
      headers,
      body: {},
      signal: leave.signal,
    });
    await assert.rejects(asked, { name: 'AbortError' });
    await played;
    const { body } = await world.api.call('get', `${mine.path('code')}/codespace/status`, { token, headers });
    assert.equal((body['lastTestSummary'] as { status?: string } | null)?.status, 'failed');
  });

  it('knows branch names, and branches that are not there', async () => {
    const mine = await ready();
    const badName = [400, 'INVALID_BRANCH_NAME', 'Invalid branch name'];
    for (const branch of ['', 'a..b', 'a//b', '/a', 'a/', 'a b', 'ä', 'a~b', 'x'.repeat(201), 'not-pushed']) {
      assert.deepEqual(await refused(mine, { branch }), badName, branch);
    }
    assert.equal((await run(mine, { branch: null, workflowInputs: null }, '?wait=0')).status, 200);
  });

  it('takes three branches at a time, and the next when one has ended', async () => {
    const mine = await ready();
    const workspace = await world.api.database.rows<{ id: string }>(
      'select id from workspaces where candidate_session_id = $1 and task_id = $2',
      [mine.made.id, mine.task('code').id],
    );
    const id = workspace[0]?.id ?? assert.fail();
    for (const branch of ['a', 'b', 'c']) {
      await world.api.database.rows(
        `insert into test_runs (org_id, workspace_id, candidate_session_id, task_id, purpose, branch, requested_at)
         select org_id, id, candidate_session_id, task_id, 'run', $2, now() from workspaces where id = $1`,
        [id, branch],
      );
    }
    const { status, body, headers } = await run<Problem>(mine);
    assert.deepEqual([status, body.errorCode], [429, 'RATE_LIMITED']);
    assert.equal(headers.get('retry-after'), '10');
    await world.api.database.rows(`update test_runs set status = 'error', finished_at = now() where branch = 'a'`);
    assert.equal((await run(mine)).status, 200);
  });

  it('knows inputs', async () => {
    const mine = await ready();
    const many = Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`k${index}`, 'v']));
    for (const workflowInputs of ['x', ['x'], { 'a b': 'x' }, { a: {} }, { a: null }, { a: 'x'.repeat(1_001) }, many]) {
      assert.equal((await run(mine, { workflowInputs })).status, 422, JSON.stringify(workflowInputs));
    }
    await world.github.control.nextRuns({ conclusion: 'success', leaveInProgress: true });
    assert.equal((await run(mine, { workflowInputs: { colour: 7, tenon_day: true } }, '?wait=0')).status, 200);
    const [row] = await world.api.database.rows<{ inputs: object }>(
      'select inputs from test_runs order by requested_at desc',
    );
    assert.deepEqual(row?.inputs, { colour: '7', tenon_day: 'true' });
  });

  it('refuses what has no repository, or none yet', async () => {
    const mine = await seat(world);
    const missing = [400, 'WORKSPACE_NOT_INITIALIZED', 'Workspace not initialized. Call /codespace/init first.'];
    assert.deepEqual(await refused(mine, { branch: 'a..b' }), missing);
    assert.deepEqual(await refused(mine, {}, '', 'debug'), missing, 'there is no order among days here');
    assert.deepEqual(await refused(mine, {}, '', 'design'), [
      400,
      'TASK_NOT_RUNNABLE',
      'Run tests is only available for code tasks',
    ]);
    const state = {
      templateRepo: tinyTemplate,
      settledGeneration: 0,
      repoId: null,
      defaultBranch: null,
      baseTemplateSha: null,
    };
    await makeWorkspace(mine.made, mine.task('code'), { ...state, status: 'provisioning', initializedAt: null });
    assert.deepEqual(await refused(mine), missing, 'made ahead, and not opened');
    const set = (sql: string) =>
      world.api.database.rows(`update workspaces set ${sql} where candidate_session_id = $1`, [mine.made.id]);
    await set('initialized_at = now()');
    assert.deepEqual((await refused(mine)).slice(0, 2), [409, 'WORKSPACE_NOT_READY']);
    await set(`status = 'failed'`);
    assert.deepEqual(await refused(mine), missing);
  });

  it('leaves no trace when it cannot be stored', async () => {
    const mine = await ready();
    const before = await everything(world.api.database);
    const { status } = await whileRefusing(world.api.database, 'test_runs', () => run<Problem>(mine));
    assert.equal(status, 500);
    assert.deepEqual(await everything(world.api.database), before);
  });
});
