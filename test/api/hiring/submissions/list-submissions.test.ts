import assert from 'node:assert/strict';
import type { DetailedSubmission, ListedSubmission } from '../../../../api/hiring/submissions/presenter.ts';
import type { TestApi } from '../../../support/api.ts';
import { someDiff } from '../../../support/play-runs.ts';
import {
  makeProgress,
  makeSession,
  makeSimulation,
  makeSubmission,
  makeTestRun,
  makeWorkspace,
  taskOf,
  type MadeSession,
} from '../../../support/factories-hiring.ts';
import { queriesOf } from '../../../support/sql-spy.ts';
import { candidateOf, recruiterOf, startHiringApi, type Problem, type Recruiter } from '../world.ts';

describe('GET /api/submissions', () => {
  let api: TestApi;
  let recruiter: Recruiter;
  let session: MadeSession;
  before(async () => {
    api = await startHiringApi();
    recruiter = await recruiterOf(api);
    session = await sessionFor(recruiter);
    await makeProgress(session, 6);
  });
  after(() => api.close());

  const sessionFor = async ({ actor }: Recruiter) =>
    makeSession(await makeSimulation(actor), { claimedBy: candidateOf(api).identity });
  const list = async (query = '', { token }: Recruiter = recruiter) => {
    const { status, body } = await api.call<{ items: ListedSubmission[] }>('get', `/api/submissions${query}`, {
      token,
    });
    assert.equal(status, 200);
    return body.items;
  };
  const idsOf = async (query?: string, who?: Recruiter) =>
    (await list(query, who)).map(({ submissionId }) => submissionId);

  it('has no items for a newcomer', async () => {
    assert.deepEqual(await list('', await recruiterOf(api)), []);
  });

  it('shows a text submission: every key is there, what a repository brings is null', async () => {
    const made = await sessionFor(recruiter);
    const task = taskOf(made, 'design');
    const submission = await makeSubmission(made, task);
    assert.deepEqual(await list(`?candidateSessionId=${made.id}`), [
      {
        submissionId: Number(submission.id),
        candidateSessionId: Number(made.id),
        taskId: Number(task.id),
        dayIndex: 1,
        type: 'design',
        submittedAt: submission.submittedAt.toISOString(),
        repoFullName: null,
        repoUrl: null,
        workflowRunId: null,
        commitSha: null,
        workflowUrl: null,
        commitUrl: null,
        diffUrl: null,
        diffSummary: null,
        testResults: null,
      },
    ]);
  });

  it('shows a repository submission with links, diff and results, the output left to the detail page', async () => {
    const made = await sessionFor(recruiter);
    const task = taskOf(made, 'code');
    const workspace = await makeWorkspace(made, task);
    const run = await makeTestRun(workspace, {
      status: 'failed',
      conclusion: 'failure',
      passed: 3,
      failed: 1,
      skipped: 2,
      total: 6,
      stdout: 'out',
      stderr: 'err',
      summary: { format: 'junit' },
    });
    const base = 'b'.repeat(40);
    const head = 'c'.repeat(40);
    const file = { filename: 'src/a.ts', status: 'modified', additions: 2, deletions: 1, changes: 3, patch: '@@' };
    const diffSummary = {
      ahead_by: 1,
      behind_by: 0,
      total_commits: 1,
      base,
      head,
      files: [file, { ...file, filename: 'logo.png', patch: null }],
      truncated: false,
    };
    const submission = await makeSubmission(made, task, { run, diffSummary });
    const [item] = await list(`?candidateSessionId=${made.id}`);
    const repoFullName = `tenon-hire-dev/tenon-ws-${made.id}-task${task.id}`;
    const repoUrl = `https://github.com/${repoFullName}`;
    const workflowUrl = `${repoUrl}/actions/runs/${run.githubRunId}`;
    const commitUrl = `${repoUrl}/commit/${head}`;
    assert.deepEqual(item, {
      submissionId: Number(submission.id),
      candidateSessionId: Number(made.id),
      taskId: Number(task.id),
      dayIndex: 2,
      type: 'code',
      submittedAt: submission.submittedAt.toISOString(),
      repoFullName,
      repoUrl,
      workflowRunId: run.githubRunId,
      commitSha: head,
      workflowUrl,
      commitUrl,
      diffUrl: `${repoUrl}/compare/${base}...${head}`,
      diffSummary,
      testResults: {
        status: 'failed',
        passed: 3,
        failed: 1,
        skipped: 2,
        total: 4,
        lastRunAt: run.finishedAt?.toISOString(),
        runId: Number(run.githubRunId),
        workflowRunId: run.githubRunId,
        runStatus: 'completed',
        conclusion: 'failure',
        timeout: false,
        stdout: 'out',
        stderr: 'err',
        stdoutTruncated: false,
        stderrTruncated: false,
        summary: { format: 'junit' },
        artifactName: 'tenon-test-results',
        artifactPresent: true,
        artifactErrorCode: null,
        errorCode: null,
        commitSha: head,
        workflowUrl,
        commitUrl,
      },
    });
  });

  it('cuts stdout and stderr at 4 000 characters, each with its flag', async () => {
    const made = await sessionFor(recruiter);
    const task = taskOf(made, 'code');
    const run = await makeTestRun(await makeWorkspace(made, task), {
      stdout: 'o'.repeat(4_001),
      stderr: 'e'.repeat(4_000),
    });
    await makeSubmission(made, task, { run });
    const [item] = await list(`?candidateSessionId=${made.id}`);
    assert.equal(item?.testResults?.stdout, `${'o'.repeat(4_000)}... (truncated)`);
    assert.equal(item?.testResults?.stdoutTruncated, true);
    assert.equal(item?.testResults?.stderr, 'e'.repeat(4_000));
    assert.equal(item?.testResults?.stderrTruncated, false);
  });

  it('shows the latest first; of the same moment the later id', async () => {
    const who = await recruiterOf(api);
    const made = await sessionFor(who);
    const [a, b, c, d] = made.tasks;
    assert.ok(a && b && c && d);
    const submit = async (task: typeof a, day: number) =>
      Number((await makeSubmission(made, task, { submittedAt: new Date(Date.UTC(2026, 0, day)) })).id);
    const second = await submit(a, 2);
    const sameMoment = await submit(b, 2);
    const third = await submit(c, 3);
    const first = await submit(d, 1);
    assert.deepEqual(await idsOf('', who), [third, sameMoment, second, first]);
  });

  it('filters by session, by task and by both', async () => {
    const other = await sessionFor(recruiter);
    await makeProgress(other, 3);
    const task = taskOf(session, 'handoff');
    assert.equal((await list(`?candidateSessionId=${session.id}`)).length, 5);
    assert.deepEqual(
      (await list(`?taskId=${task.id}`)).map(({ taskId }) => taskId),
      [Number(task.id)],
    );
    assert.equal((await list(`?candidateSessionId=${session.id}&taskId=${task.id}`)).length, 1);
    assert.deepEqual(await list(`?candidateSessionId=${other.id}&taskId=${task.id}`), []);
    assert.deepEqual(await list('?candidateSessionId=999999999'), []);
  });

  it('ignores parameters that it does not know, as the web client sends', async () => {
    const id = session.id;
    const simulation = session.session.simulationId;
    const query = `?candidateSessionId=${id}&candidate_session_id=${id}&simulationId=${simulation}&simulation_id=x`;
    assert.equal((await list(query)).length, 5);
  });

  it('takes limit and offset', async () => {
    const all = await idsOf(`?candidateSessionId=${session.id}`);
    const pages: number[] = [];
    for (const offset of [0, 2, 4, 6]) {
      pages.push(...(await idsOf(`?candidateSessionId=${session.id}&limit=2&offset=${offset}`)));
    }
    assert.deepEqual(pages, all);
    assert.deepEqual(await idsOf(`?candidateSessionId=${session.id}&limit=200`), all);
  });

  it('stays below the 2 MiB that the web client reads, however much was submitted', async () => {
    const who = await recruiterOf(api);
    const simulation = await makeSimulation(who.actor);
    const files = Array.from({ length: 300 }, (_, number) => ({
      filename: `src/${number}.ts`,
      status: 'modified',
      additions: 900,
      deletions: 0,
      changes: 900,
      patch: `${'+'.repeat(39)}\n`.repeat(33),
    }));
    const diffSummary = { ...someDiff, files };
    const text = `${'o'.repeat(79)}\n`.repeat(250);
    const summary = { failures: 'f'.repeat(60_000) };
    for (let count = 0; count < 102; count += 1) {
      const made = await makeSession(simulation);
      const task = taskOf(made, 'code');
      const run = await makeTestRun(await makeWorkspace(made, task), { stdout: text, stderr: text, summary });
      await makeSubmission(made, task, { run, diffSummary });
    }
    const items = await list('', who);
    assert.equal(items.length, 100);
    const bytes = Buffer.byteLength(JSON.stringify({ items }));
    assert.ok(bytes < 2 * 1024 * 1024, `${bytes} bytes`);
    const [item] = items;
    assert.equal(item?.diffSummary?.truncated, true);
    assert.deepEqual(item.testResults?.summary, { truncated: true });
    const detail = await api.call<DetailedSubmission>('get', `/api/submissions/${item.submissionId}`, {
      token: who.token,
    });
    assert.deepEqual(detail.body.diffSummary, diffSummary);
    assert.deepEqual(detail.body.testResults?.summary, summary);
  });

  it('is closed to an account that may create simulations but read none', async () => {
    const { orgId } = recruiter.actor;
    await api.database.rows(`insert into roles (org_id, name, permissions) values ($1, 'author', $2)`, [
      orgId,
      ['simulations.create'],
    ]);
    const { token } = await recruiterOf(api, { orgId, roles: ['author'] });
    const { status, body } = await api.call<Problem>('get', '/api/submissions', { token });
    assert.equal(status, 403);
    assert.equal(body.errorCode, 'FORBIDDEN');
  });

  for (const query of [
    'candidateSessionId=abc',
    'candidateSessionId=1.5',
    'candidateSessionId=',
    'candidateSessionId=1%20or%201=1',
    `candidateSessionId=${'9'.repeat(20)}`,
    'candidateSessionId=1&candidateSessionId=2',
    'taskId=x',
    'limit=0',
    'limit=201',
    'limit=many',
    'offset=-1',
    'offset=1.5',
  ]) {
    it(`refuses ?${query} with a 422`, async () => {
      const { status, body } = await api.call<Problem>('get', `/api/submissions?${query}`, { token: recruiter.token });
      assert.equal(status, 422);
      assert.equal(body.errorCode, 'VALIDATION_ERROR');
      assert.deepEqual(body.issues[0]?.loc, ['query', query.split('=')[0]]);
    });
  }

  it('shows submissions to one’s own simulations alone, filters notwithstanding', async () => {
    const { orgId } = recruiter.actor;
    const colleague = await recruiterOf(api, { orgId });
    const elsewhere = await recruiterOf(api, { roles: ['owner', 'recruiter'] });
    for (const who of [colleague, elsewhere]) {
      assert.deepEqual(await list('', who), []);
      assert.deepEqual(await list(`?candidateSessionId=${session.id}`, who), []);
    }
  });

  it('shows the organisation’s to whoever may read all', async () => {
    const { orgId } = recruiter.actor;
    for (const role of ['reviewer', 'owner']) {
      const who = await recruiterOf(api, { orgId, roles: [role] });
      assert.equal((await list(`?candidateSessionId=${session.id}`, who)).length, 5, role);
    }
  });

  it('asks the database once, however many there are', async () => {
    const statements = await queriesOf(() => list());
    assert.equal(statements.filter((sql) => /submissions|test_runs|workspaces/.test(sql)).length, 1);
  });
});
