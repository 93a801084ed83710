import assert from 'node:assert/strict';
import type { RunResult } from '../../../api/workspaces/run-result.ts';
import type { Workspace } from '../../../models/workspace.ts';
import type { Reply } from '../../support/api.ts';
import { makeTestRun, makeWorkspace } from '../../support/factories-hiring.ts';
import type { Problem } from '../hiring/world.ts';
import { seat, startWorkspaceApi, type Seat, type WorkspaceApi } from './world.ts';

describe('reading a workspace and its runs', () => {
  let world: WorkspaceApi;
  let mine: Seat;
  let workspace: Workspace;

  before(async () => {
    world = await startWorkspaceApi();
  });
  after(() => world.close());
  beforeEach(async () => {
    mine = await seat(world);
    workspace = await makeWorkspace(mine.made, mine.task('code'), { latestCommitSha: 'c'.repeat(40) });
  });

  const get = <T>(path: string, type: Parameters<Seat['path']>[0] = 'code'): Promise<Reply<T>> =>
    world.api.call<T>('get', `${mine.path(type)}${path}`, { token: mine.token, headers: mine.headers });
  const refused = async (path: string, type: Parameters<Seat['path']>[0] = 'code') => {
    const { body } = await get<Problem>(path, type);
    return [body.status, body.errorCode, body.detail];
  };
  const set = (sql: string) => world.api.database.rows(`update workspaces set ${sql} where id = $1`, [workspace.id]);

  describe('GET /api/tasks/:taskId/codespace/status', () => {
    it('shows the repository, before any run', async () => {
      const { status, body } = await get('/codespace/status');
      assert.equal(status, 200);
      assert.deepEqual(body, {
        repoFullName: workspace.repoFullName,
        repoUrl: `https://github.com/${workspace.repoFullName}`,
        codespaceUrl: `https://codespaces.new/${workspace.repoFullName}?quickstart=1`,
        defaultBranch: 'main',
        latestCommitSha: 'c'.repeat(40),
        lastWorkflowRunId: null,
        lastWorkflowConclusion: null,
        lastTestSummary: null,
        workspaceId: workspace.id,
      });
    });

    it('shows the last run, and its summary once there is one', async () => {
      const run = await makeTestRun(workspace, { purpose: 'run', stdout: 'ran', summary: { format: 'junit' } });
      await set(`last_run_id = '${run.id}'`);
      const { body } = await get<Record<string, unknown>>('/codespace/status');
      assert.equal(body['lastWorkflowRunId'], run.githubRunId);
      assert.equal(body['lastWorkflowConclusion'], 'success');
      assert.deepEqual(body['lastTestSummary'], {
        status: 'passed',
        runId: Number(run.githubRunId),
        conclusion: 'success',
        passed: 3,
        failed: 0,
        total: 3,
        stdout: 'ran',
        stderr: '',
        summary: { format: 'junit' },
      });
      const active = await makeTestRun(workspace, { purpose: 'run', status: 'running' });
      await set(`last_run_id = '${active.id}'`);
      const { body: later } = await get<Record<string, unknown>>('/codespace/status');
      assert.deepEqual([later['lastWorkflowRunId'], later['lastTestSummary']], [active.githubRunId, null]);
    });

    it('does not mind whose turn it is', async () => {
      mine = await seat(world, { day: 4 });
      for (const type of ['code', 'debug'] as const) assert.equal((await get('/codespace/status', type)).status, 200);
    });

    it('does not know what nobody has opened, what failed, or a text task’s', async () => {
      const unknown = [404, 'WORKSPACE_UNKNOWN', 'Workspace not initialized'];
      assert.deepEqual(await refused('/codespace/status', 'debug'), unknown);
      assert.deepEqual(await refused('/codespace/status', 'design'), unknown);
      await set('initialized_at = null');
      assert.deepEqual(await refused('/codespace/status'), unknown);
      await set(`initialized_at = now(), status = 'failed'`);
      assert.deepEqual(await refused('/codespace/status'), unknown);
      await set(`status = 'provisioning'`);
      const { status, headers, body } = await get<Problem>('/codespace/status');
      assert.deepEqual([status, body.errorCode, body.retryable], [409, 'WORKSPACE_NOT_READY', true]);
      assert.ok(Number(headers.get('retry-after')) > 0);
    });
  });

  describe('GET /api/tasks/:taskId/run/:runId', () => {
    it('shows what a run found', async () => {
      const run = await makeTestRun(workspace, { purpose: 'run', skipped: 2 });
      const { status, body } = await get<RunResult>(`/run/${run.githubRunId}`);
      assert.equal(status, 200);
      assert.deepEqual(body, {
        status: 'passed',
        passed: 3,
        failed: 0,
        skipped: 2,
        total: 3,
        stdout: '',
        stderr: '',
        timeout: false,
        runId: Number(run.githubRunId),
        conclusion: 'success',
        workflowUrl: `https://github.com/${workspace.repoFullName}/actions/runs/${run.githubRunId}`,
        commitSha: 'c'.repeat(40),
        errorCode: null,
      });
    });

    it('shows one under way, to be looked at ever more rarely', async () => {
      const young = await makeTestRun(workspace, { purpose: 'run', status: 'running' });
      const old = await makeTestRun(workspace, {
        purpose: 'run',
        status: 'running',
        branch: 'old',
        requestedAt: new Date(Date.now() - 600_000),
      });
      const one = (await get<RunResult>(`/run/${young.githubRunId}`)).body;
      assert.deepEqual([one.status, one.pollAfterMs], ['running', 2_000]);
      assert.equal((await get<RunResult>(`/run/${old.githubRunId}`)).body.pollAfterMs, 15_000);
    });

    it('does not know another’s runs, or none', async () => {
      const unknown = [404, 'RUN_NOT_FOUND', 'Run not found'];
      const theirs = await seat(world);
      const run = await makeTestRun(await makeWorkspace(theirs.made, theirs.task('code')), { purpose: 'run' });
      assert.deepEqual(await refused(`/run/${run.githubRunId}`), unknown);
      assert.deepEqual(await refused('/run/18000000001'), unknown);
      const own = await makeTestRun(workspace, { purpose: 'run' });
      assert.deepEqual(await refused(`/run/${own.githubRunId}`, 'debug'), unknown, 'of another task');
      for (const runId of ['0', '-1', 'abc', '1.5', '9'.repeat(30)]) {
        assert.equal((await get(`/run/${runId}`)).status, 422, runId);
      }
    });
  });
});
