import assert from 'node:assert/strict';
import type { DetailedSubmission } from '../../../../api/hiring/submissions/presenter.ts';
import type { TestApi } from '../../../support/api.ts';
import { makeSimulation, makeWorkspace, taskOf, type MadeSimulation } from '../../../support/factories-hiring.ts';
import { someDiff, type RunPlayer } from '../../../support/play-runs.ts';
import {
  everything,
  messagesOf,
  recruiterOf,
  startHiringApi,
  trailOf,
  whileRefusing,
  type Problem,
  type Recruiter,
  sessionHeaders,
} from '../world.ts';
import { onDayTwo, passes, submitTask, whenStarted } from './submitting.ts';

describe('POST /api/tasks/:taskId/submit, with a repository', () => {
  let api: TestApi;
  let recruiter: Recruiter;
  let simulation: MadeSimulation;
  let day: Awaited<ReturnType<typeof onDayTwo>>;
  before(async () => {
    api = await startHiringApi();
    recruiter = await recruiterOf(api);
    simulation = await makeSimulation(recruiter.actor);
  });
  after(() => api.close());
  beforeEach(async () => (day = await onDayTwo(api, simulation)));
  afterEach(() => api.react(() => undefined));

  const play = (steps: (run: RunPlayer) => Promise<void>): void => whenStarted(api, steps);
  const read = async (id: number): Promise<DetailedSubmission> =>
    (await api.call<DetailedSubmission>('get', `/api/submissions/${id}`, { token: recruiter.token })).body;

  async function refuses(body: unknown, status: number, code: string, detail: string) {
    const before = await everything(api.database);
    const reply = await day.submit<Problem>(body);
    assert.equal(reply.status, status);
    assert.equal(reply.body.errorCode, code);
    assert.equal(reply.body.detail, detail);
    assert.deepEqual(await everything(api.database), before);
  }

  it('runs the tests afresh and answers when they have ended', async () => {
    await day.workspaceOf();
    play(passes);
    const { status, body } = await day.submit();
    assert.equal(status, 201);
    assert.deepEqual(body, {
      submissionId: body.submissionId,
      taskId: Number(day.taskId),
      candidateSessionId: Number(day.made.id),
      submittedAt: body.submittedAt,
      progress: { completed: 2, total: 5 },
      isComplete: false,
    });
    const shown = await read(body.submissionId);
    assert.equal(shown.testResults?.status, 'passed');
    assert.equal(shown.testResults.passed, 3);
    assert.equal(shown.testResults.commitSha, 'c'.repeat(40));
    assert.deepEqual(shown.diffSummary, someDiff);
    assert.equal(shown.submittedAt, body.submittedAt);
  });

  it('starts one workflow, with ids alone, and records what was asked and what came of it', async () => {
    const workspace = await day.workspaceOf();
    play(passes);
    const { body } = await day.submit();
    const [run] = await day.runs();
    assert.deepEqual(
      (await messagesOf(api.database, day.made.id)).map(({ start, signal }) => [start.workflowId, start.input, signal]),
      [[`test-run/${run?.id}`, { orgId: day.made.orgId, runId: run?.id, graceMs: 10_000 }, undefined]],
    );
    const [asked] = await trailOf(api.database, 'test_run', run?.id ?? '');
    assert.equal(asked?.action, 'test_run.requested');
    assert.equal(asked.actor.email, day.ada.email);
    assert.deepEqual(asked.after, { workspaceId: workspace.id, branch: 'main', purpose: 'submission' });
    assert.deepEqual(
      (await trailOf(api.database, 'submission', body.submissionId)).map(({ action, actor }) => [action, actor.kind]),
      [
        ['submission.created', 'system'],
        ['submission.tested', 'system'],
      ],
    );
  });

  it('tests the branch and the inputs that it was given', async () => {
    await day.workspaceOf();
    play(passes);
    assert.equal((await day.submit({ branch: 'feature/x-1.2', workflowInputs: { colour: 'blue' } })).status, 201);
    const [run] = await day.runs();
    assert.equal(run?.branch, 'feature/x-1.2');
    assert.deepEqual(run.inputs, { colour: 'blue' });
  });

  for (const body of [{}, { branch: null, workflowInputs: null, contentText: 'not kept' }]) {
    it(`tests the default branch when it is sent ${JSON.stringify(body)}`, async () => {
      await day.workspaceOf({ defaultBranch: 'trunk' });
      play(passes);
      assert.equal((await day.submit(body)).status, 201);
      assert.equal((await day.runs())[0]?.branch, 'trunk');
    });
  }

  it('takes a submission whose tests fail', async () => {
    await day.workspaceOf();
    play(async (run) => {
      await run.dispatch();
      await run.finish({ finished: { githubRunId: '1', conclusion: 'failure', headSha: 'd'.repeat(40) } });
    });
    const { status, body } = await day.submit();
    assert.equal(status, 201);
    assert.deepEqual(body.progress, { completed: 2, total: 5 });
    assert.equal((await read(body.submissionId)).testResults?.status, 'failed');
  });

  it('takes one whose run broke after GitHub had taken it: the recruiter sees why', async () => {
    await day.workspaceOf();
    play(async (run) => {
      await run.dispatch();
      await run.fail('GITHUB_UNAVAILABLE');
    });
    const { status, body } = await day.submit();
    assert.equal(status, 201);
    const { testResults } = await read(body.submissionId);
    assert.equal(testResults?.status, 'error');
    assert.equal(testResults.errorCode, 'GITHUB_UNAVAILABLE');
  });

  it('hears of an end that comes while it waits', async () => {
    await day.workspaceOf();
    let ended: Promise<void> | undefined;
    play(async (run) => {
      await run.dispatch();
      ended = new Promise((resolve) => setImmediate(resolve)).then(() => run.finish());
    });
    assert.equal((await day.submit()).status, 201);
    await ended;
    assert.equal((await day.runs())[0]?.status, 'passed');
  });

  it('refuses a task without a workspace: 400', async () => {
    const words = [400, 'WORKSPACE_NOT_INITIALIZED', 'Workspace not initialized. Call /codespace/init first.'] as const;
    await refuses({}, ...words);
    const { id } = await day.workspaceOf({ initializedAt: null });
    await refuses({}, ...words);
    await api.database.rows(`update workspaces set initialized_at = now(), status = 'failed' where id = $1`, [id]);
    await refuses({}, ...words);
  });

  it('refuses while the workspace is still being made: 409, to be tried again', async () => {
    await day.workspaceOf({ status: 'provisioning' });
    await refuses({}, 409, 'WORKSPACE_NOT_READY', 'Workspace repo not provisioned yet. Please try again.');
    const { body, headers } = await day.submit<Problem>();
    assert.equal(body.retryable, true);
    assert.ok(Number(headers.get('retry-after')) > 0);
  });

  for (const branch of ['', 'a..b', 'a//b', '/a', 'a/', 'a b', 'ü', 'x'.repeat(201), '--upload-pack=x;y']) {
    it(`refuses the branch "${branch.slice(0, 20)}": 400`, async () => {
      await day.workspaceOf();
      await refuses({ branch }, 400, 'INVALID_BRANCH_NAME', 'Invalid branch name');
    });
  }

  for (const [name, body] of [
    ['a branch that is a number', { branch: 5 }],
    ['inputs that are a list', { workflowInputs: ['x'] }],
    ['an input that is an object', { workflowInputs: { x: {} } }],
  ] as const) {
    it(`refuses ${name}: 422`, async () => {
      await day.workspaceOf();
      assert.equal((await day.submit<Problem>(body)).status, 422);
    });
  }

  it('refuses a day whose turn has not come, whatever its workspace: 400', async () => {
    const { id } = taskOf(day.made, 'debug');
    await makeWorkspace(day.made, taskOf(day.made, 'debug'));
    const { status, body } = await submitTask<Problem>(api, day.ada, day.made, id, { branch: '..' });
    assert.equal(status, 400);
    assert.equal(body.errorCode, 'TASK_OUT_OF_ORDER');
  });

  it('refuses a second submission, and starts no run: 409', async () => {
    await day.workspaceOf();
    play(passes);
    await day.submit();
    await refuses({ branch: '..' }, 409, 'SUBMISSION_CONFLICT', 'Task already submitted');
  });

  it('shows the same submission to a repeat with the same Idempotency-Key, and starts no other run', async () => {
    await day.workspaceOf();
    play(passes);
    const headers = { ...sessionHeaders(day.made.id), 'idempotency-key': 'day-2' };
    const keyed = () => submitTask(api, day.ada, day.made, day.taskId, {}, headers);
    const first = await keyed();
    assert.equal(first.status, 201);
    assert.deepEqual((await keyed()).body, first.body);
    assert.equal((await day.runs()).length, 1);
  });

  it('leaves nothing when the run cannot be committed', async () => {
    await day.workspaceOf();
    const before = await everything(api.database);
    const { status } = await whileRefusing(api.database, 'audit_entries', () => day.submit<Problem>());
    assert.equal(status, 500);
    assert.deepEqual(await everything(api.database), before);
  });
});
