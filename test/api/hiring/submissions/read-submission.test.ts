import assert from 'node:assert/strict';
import type { CreationAttributes } from 'sequelize';
import type { DetailedSubmission, DetailedTestResults } from '../../../../api/hiring/submissions/presenter.ts';
import type { TestRun } from '../../../../models/test-run.ts';
import type { TestApi } from '../../../support/api.ts';
import {
  makeSession,
  makeSimulation,
  makeSubmission,
  makeTestRun,
  makeWorkspace,
  taskOf,
  type MadeSimulation,
} from '../../../support/factories-hiring.ts';
import { queriesOf } from '../../../support/sql-spy.ts';
import { candidateOf, recruiterOf, startHiringApi, type Problem, type Recruiter } from '../world.ts';

type RunFields = Partial<CreationAttributes<TestRun>>;

describe('GET /api/submissions/:id', () => {
  let api: TestApi;
  let recruiter: Recruiter;
  let simulation: MadeSimulation;
  before(async () => {
    api = await startHiringApi({ environment: { TENON_GITHUB_WEB_BASE: 'https://git.test/' } });
    recruiter = await recruiterOf(api);
    simulation = await makeSimulation(recruiter.actor);
  });
  after(() => api.close());

  const read = <Body = DetailedSubmission>(id: string, { token }: Recruiter = recruiter) =>
    api.call<Body>('get', `/api/submissions/${id}`, { token });
  const freshSession = () => makeSession(simulation, { claimedBy: candidateOf(api).identity });

  async function submitRun(fields: RunFields, commitSha?: null) {
    const made = await freshSession();
    const task = taskOf(made, 'debug');
    const run = await makeTestRun(await makeWorkspace(made, task), fields);
    const submission = await makeSubmission(made, task, { run, ...(commitSha === null && { commitSha }) });
    return { made, task, run, submission };
  }
  async function resultsOf(fields: RunFields): Promise<DetailedTestResults> {
    const { submission } = await submitRun(fields);
    const { body } = await read(submission.id);
    assert.ok(body.testResults);
    return body.testResults;
  }

  it('shows a text submission with its text', async () => {
    const made = await freshSession();
    const task = taskOf(made, 'handoff');
    const contentText = 'Zeile 1\n\t„Zeile 2“ 👩‍💻';
    const submission = await makeSubmission(made, task, { contentText });
    const { status, body } = await read(submission.id);
    assert.equal(status, 200);
    assert.deepEqual(body, {
      submissionId: Number(submission.id),
      candidateSessionId: Number(made.id),
      task: { taskId: Number(task.id), dayIndex: 4, type: 'handoff', title: 'Refactor & Handoff', prompt: null },
      contentText,
      code: null,
      testResults: null,
      diffSummary: null,
      submittedAt: submission.submittedAt.toISOString(),
      workflowUrl: null,
      commitUrl: null,
      diffUrl: null,
    });
  });

  it('shows a repository submission with its code, results and what older clients read as output', async () => {
    const { made, task, run, submission } = await submitRun({ stdout: 'ok 3', stderr: '' });
    const { body } = await read(submission.id);
    const repoFullName = `tenon-hire-dev/tenon-ws-${made.id}-task${task.id}`;
    const repoUrl = `https://git.test/${repoFullName}`;
    const workflowUrl = `${repoUrl}/actions/runs/${run.githubRunId}`;
    const commitUrl = `${repoUrl}/commit/${'c'.repeat(40)}`;
    const counts = { passed: 3, failed: 0, total: 3 };
    assert.deepEqual(body, {
      submissionId: Number(submission.id),
      candidateSessionId: Number(made.id),
      task: { taskId: Number(task.id), dayIndex: 3, type: 'debug', title: 'Debugging Exercise', prompt: null },
      contentText: null,
      code: { repoPath: repoFullName, repoFullName, repoUrl },
      testResults: {
        status: 'passed',
        ...counts,
        skipped: 0,
        lastRunAt: run.finishedAt?.toISOString(),
        runId: Number(run.githubRunId),
        workflowRunId: run.githubRunId,
        runStatus: 'completed',
        conclusion: 'success',
        timeout: false,
        stdout: 'ok 3',
        stderr: '',
        stdoutTruncated: false,
        stderrTruncated: false,
        summary: null,
        artifactName: 'tenon-test-results',
        artifactPresent: true,
        artifactErrorCode: null,
        errorCode: null,
        commitSha: 'c'.repeat(40),
        workflowUrl,
        commitUrl,
        output: { status: 'passed', ...counts, stdout: 'ok 3', stderr: '', summary: null, timeout: false },
      },
      diffSummary: null,
      submittedAt: submission.submittedAt.toISOString(),
      workflowUrl,
      commitUrl,
      diffUrl: null,
    });
  });

  const noResult = {
    passed: null,
    failed: null,
    skipped: null,
    total: null,
    stdout: null,
    artifactName: null,
  } as const;
  const cases: readonly (readonly [string, RunFields, object])[] = [
    ['passed', {}, { status: 'passed', total: 3, runStatus: 'completed' }],
    ['failed', { status: 'failed', conclusion: 'failure', passed: 1, failed: 2 }, { status: 'failed', total: 3 }],
    [
      'timed out',
      { status: 'failed', conclusion: 'timed_out', timeout: true, ...noResult },
      { status: 'timeout', timeout: true, conclusion: 'timed_out', passed: null, failed: null, total: null },
    ],
    [
      'without a readable artifact',
      {
        status: 'error',
        ...noResult,
        artifactErrorCode: 'artifact_missing',
        stderr: 'Test results artifact missing or unreadable. Please re-run tests.',
      },
      {
        status: 'error',
        artifactPresent: false,
        artifactErrorCode: 'artifact_missing',
        stderr: 'Test results artifact missing or unreadable. Please re-run tests.',
      },
    ],
    [
      'failed at GitHub',
      { status: 'error', conclusion: null, ...noResult, stderr: null, headSha: null, errorCode: 'GITHUB_UNAVAILABLE' },
      { status: 'error', errorCode: 'GITHUB_UNAVAILABLE', conclusion: null, commitSha: null, commitUrl: null },
    ],
    [
      'still running',
      { status: 'running' },
      { status: 'unknown', runStatus: 'running', passed: null, failed: null, total: null, artifactPresent: false },
    ],
    [
      'still queued',
      { status: 'queued' },
      { status: 'unknown', runStatus: 'queued', runId: null, workflowRunId: null, workflowUrl: null },
    ],
    [
      'with skipped tests, which count in neither',
      { passed: 2, failed: 0, skipped: 5, total: 7 },
      { passed: 2, failed: 0, skipped: 5, total: 2 },
    ],
  ];
  for (const [name, fields, expected] of cases) {
    it(`shows a run that is ${name}`, async () => {
      const results = await resultsOf(fields);
      assert.deepEqual(results, { ...results, ...expected });
      assert.deepEqual(results.output, {
        ...results.output,
        status: results.status,
        passed: results.passed,
        failed: results.failed,
        total: results.total,
      });
    });
  }

  it('cuts stdout and stderr at 20 000 characters, each with its flag', async () => {
    const results = await resultsOf({ stdout: 'o'.repeat(20_000), stderr: 'e'.repeat(25_000) });
    assert.equal(results.stdout, 'o'.repeat(20_000));
    assert.equal(results.stdoutTruncated, false);
    assert.equal(results.stderr, `${'e'.repeat(20_000)}... (truncated)`);
    assert.equal(results.stderrTruncated, true);
  });

  it('shows output that was cut when it was stored as it is, and says that it was cut', async () => {
    const stored = `${'o'.repeat(20_000)}... (truncated)`;
    const results = await resultsOf({ stdout: stored });
    assert.equal(results.stdout, stored);
    assert.equal(results.stdoutTruncated, true);
  });

  it('never cuts a character in half', async () => {
    const results = await resultsOf({ stdout: `${'o'.repeat(19_999)}👩tail` });
    assert.equal(results.stdout, `${'o'.repeat(19_999)}... (truncated)`);
  });

  it('links the compared range, whatever the base is called', async () => {
    const { made, task, submission } = await submitRun({});
    const head = 'c'.repeat(40);
    const diff = { ahead_by: 1, behind_by: 0, total_commits: 1, base: 'main', head, files: [], truncated: false };
    await api.database.rows('update submissions set diff_summary = $2 where id = $1', [submission.id, diff]);
    const { body } = await read(submission.id);
    assert.deepEqual(body.diffSummary, diff);
    assert.equal(
      body.diffUrl,
      `https://git.test/tenon-hire-dev/tenon-ws-${made.id}-task${task.id}/compare/main...${head}`,
    );
  });

  it('says 404 for a colleague’s, another organisation’s and none, in the same words', async () => {
    const { submission } = await submitRun({});
    const { orgId } = recruiter.actor;
    for (const [id, who] of [
      [submission.id, await recruiterOf(api, { orgId })],
      [submission.id, await recruiterOf(api, { roles: ['owner', 'recruiter', 'reviewer'] })],
      ['999999999', recruiter],
    ] as const) {
      const { status, body } = await read<Problem>(id, who);
      assert.equal(status, 404);
      assert.equal(body.detail, 'Submission not found');
      assert.equal(body.errorCode, 'SUBMISSION_NOT_FOUND');
    }
  });

  it('is open to whoever may read the whole organisation', async () => {
    const { submission } = await submitRun({});
    for (const role of ['reviewer', 'owner']) {
      const who = await recruiterOf(api, { orgId: recruiter.actor.orgId, roles: [role] });
      assert.equal((await read(submission.id, who)).status, 200, role);
    }
  });

  for (const id of ['abc', '0', '-1', '1.5', '9'.repeat(25)]) {
    it(`refuses the id ${id} with a 422`, async () => {
      const { status, body } = await read<Problem>(id);
      assert.equal(status, 422);
      assert.deepEqual(body.issues[0]?.loc, ['path', 'id']);
    });
  }

  it('asks the database once', async () => {
    const { submission } = await submitRun({});
    const statements = await queriesOf(() => read(submission.id));
    assert.equal(statements.filter((sql) => /submissions|test_runs|workspaces/.test(sql)).length, 1);
  });
});
