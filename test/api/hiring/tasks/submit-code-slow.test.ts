import assert from 'node:assert/strict';
import type { DetailedSubmission } from '../../../../api/hiring/submissions/presenter.ts';
import type { Reply, TestApi } from '../../../support/api.ts';
import { makeSimulation, type MadeSimulation } from '../../../support/factories-hiring.ts';
import { someDiff, type RunPlayer } from '../../../support/play-runs.ts';
import { recruiterOf, sessionHeaders, startHiringApi, trailOf, type Problem, type Recruiter } from '../world.ts';
import { steeredWaiter, type SteeredWaiter } from './steered-waiter.ts';
import { onDayTwo, whenStarted, type Submitted } from './submitting.ts';

describe('POST /api/tasks/:taskId/submit, when the run takes long', () => {
  let api: TestApi;
  let steered: SteeredWaiter;
  let recruiter: Recruiter;
  let simulation: MadeSimulation;
  let day: Awaited<ReturnType<typeof onDayTwo>>;
  let run: RunPlayer | undefined;
  let closed: boolean;
  beforeEach(async () => {
    closed = false;
    steered = await steeredWaiter();
    api = await startHiringApi({ app: { wait: steered.wait } });
    recruiter = await recruiterOf(api);
    simulation = await makeSimulation(recruiter.actor);
    day = await onDayTwo(api, simulation);
    await day.workspaceOf();
    run = undefined;
  });
  afterEach(async () => {
    if (!closed) await api.close();
  });

  /** The worker has the run in hand, and GitHub too unless `dispatched` is false. */
  const keepInHand = ({ dispatched }: { dispatched: boolean }): void =>
    whenStarted(api, async (started) => {
      run = started;
      if (dispatched) await started.dispatch();
    });
  const shown = async ({ body }: Reply<Submitted>): Promise<DetailedSubmission> =>
    (await api.call<DetailedSubmission>('get', `/api/submissions/${body.submissionId}`, { token: recruiter.token }))
      .body;

  it('answers after 75 s with the submission stored as running; the workflow completes it once', async () => {
    keepInHand({ dispatched: true });
    steered.setImpatient(true);
    const reply = await day.submit();
    assert.equal(reply.status, 201);
    assert.deepEqual(reply.body.progress, { completed: 2, total: 5 });
    assert.deepEqual(
      steered.waits.map(({ timeoutMs }) => timeoutMs),
      [75_000],
    );
    const before = await shown(reply);
    assert.equal(before.testResults?.status, 'unknown');
    assert.equal(before.testResults.runStatus, 'running');
    assert.equal(before.testResults.passed, null);
    assert.equal(before.diffSummary, null);

    await run?.finish();
    await run?.finish(); // an activity may run twice
    const after = await shown(reply);
    assert.equal(after.testResults?.status, 'passed');
    assert.equal(after.testResults.passed, 3);
    assert.deepEqual(after.diffSummary, someDiff);
    assert.equal(after.submittedAt, before.submittedAt);
    assert.equal((await day.submissions()).length, 1);
    assert.deepEqual(
      (await trailOf(api.database, 'submission', reply.body.submissionId)).map(({ action }) => action),
      ['submission.created', 'submission.tested'],
    );
  });

  it('says after 75 s that GitHub does not have it yet, stores nothing, and is stored when GitHub takes it', async () => {
    keepInHand({ dispatched: false });
    steered.setImpatient(true);
    const { status, body } = await day.submit<Problem>();
    assert.deepEqual([status, body.errorCode, body.retryable], [503, 'TEST_RUN_QUEUED', true]);
    assert.deepEqual(await day.submissions(), []);
    await run?.dispatch();
    await run?.finish();
    assert.equal((await day.submissions()).length, 1);
    assert.equal((await day.submit<Problem>()).status, 409);
  });

  it('keeps what was stored after 75 s when the run then fails, and shows why', async () => {
    keepInHand({ dispatched: true });
    steered.setImpatient(true);
    const reply = await day.submit();
    await run?.fail('GITHUB_UNAVAILABLE');
    const { testResults } = await shown(reply);
    assert.equal(testResults?.status, 'error');
    assert.equal(testResults.errorCode, 'GITHUB_UNAVAILABLE');
    assert.equal((await day.submit<Problem>()).status, 409);
  });

  it('is not undone by a deadline that passes while the run is under way', async () => {
    keepInHand({ dispatched: true });
    steered.setImpatient(true);
    const reply = await day.submit();
    await api.database.rows(
      `update candidate_sessions set status = 'expired', expires_at = now(), expired_at = now() where id = $1`,
      [day.made.id],
    );
    await run?.finish();
    assert.equal((await shown(reply)).testResults?.status, 'passed');
  });

  it('says 409 to a second submit while the first is stored as running', async () => {
    keepInHand({ dispatched: true });
    steered.setImpatient(true);
    await day.submit();
    const { status, body } = await day.submit<Problem>();
    assert.equal(status, 409);
    assert.equal(body.errorCode, 'SUBMISSION_CONFLICT');
    assert.equal((await day.runs()).length, 1);
  });

  it('goes on when the client goes away; a retry joins it and hears 409 once it is stored', async () => {
    keepInHand({ dispatched: false });
    const client = new AbortController();
    const gone = assert.rejects(
      fetch(new URL(`/api/tasks/${day.taskId}/submit`, api.url), {
        method: 'POST',
        headers: { authorization: `Bearer ${day.ada.token}`, ...sessionHeaders(day.made.id) },
        signal: client.signal,
      }),
    );
    await steered.begun(1);
    client.abort();
    await gone;
    const retry = day.submit<Problem>();
    await steered.begun(2);
    await run?.dispatch();
    const { status, body } = await retry;
    assert.equal(status, 409);
    assert.equal(body.errorCode, 'SUBMISSION_CONFLICT');
    await run?.finish();
    assert.equal((await day.submissions())[0]?.commit_sha, 'c'.repeat(40));
    assert.equal((await day.runs()).length, 1);
  });

  async function shutDownWhileWaiting<Body>(): Promise<Reply<Body>> {
    const reply = day.submit<Body>();
    await steered.begun(1);
    closed = true;
    await api.close();
    return reply;
  }

  it('answers with what is stored when the API has to end', async () => {
    keepInHand({ dispatched: true });
    const { status, body } = await shutDownWhileWaiting<Submitted>();
    assert.equal(status, 201);
    assert.deepEqual(
      (await day.submissions()).map(({ id }) => Number(id)),
      [body.submissionId],
    );
  });

  it('says 503, to be tried again, when the API has to end before GitHub has the run', async () => {
    keepInHand({ dispatched: false });
    const { status, body } = await shutDownWhileWaiting<Problem>();
    assert.equal(status, 503);
    assert.equal(body.errorCode, 'TEST_RUN_QUEUED');
    assert.equal(body.retryable, true);
    assert.deepEqual(await day.submissions(), []);
  });
});
