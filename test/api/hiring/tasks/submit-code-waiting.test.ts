import assert from 'node:assert/strict';
import type { TestApi } from '../../../support/api.ts';
import { makeSimulation, type MadeSimulation } from '../../../support/factories-hiring.ts';
import { playerOf, type RunPlayer } from '../../../support/play-runs.ts';
import { recruiterOf, startHiringApi, type Problem } from '../world.ts';
import { steeredWaiter, type SteeredWaiter } from './steered-waiter.ts';
import { onDayTwo, passes, whenStarted } from './submitting.ts';

type Day = Awaited<ReturnType<typeof onDayTwo>>;

describe('POST /api/tasks/:taskId/submit, when GitHub fails or two come at once', () => {
  let api: TestApi;
  let day: Day;
  let simulation: MadeSimulation;
  let steered: SteeredWaiter;
  before(async () => {
    steered = await steeredWaiter();
    api = await startHiringApi({ app: { wait: steered.wait } });
    simulation = await makeSimulation((await recruiterOf(api)).actor);
  });
  after(() => api.close());
  beforeEach(async () => {
    day = await onDayTwo(api, simulation);
    await day.workspaceOf();
    steered.forget();
  });
  afterEach(() => steered.setImpatient(false));

  for (const code of [
    'GITHUB_UNAVAILABLE',
    'GITHUB_RATE_LIMITED',
    'GITHUB_NOT_FOUND',
    'GITHUB_PERMISSION_DENIED',
    'GITHUB_TOKEN_INVALID',
    'GITHUB_REQUEST_REFUSED',
    'GITHUB_CALL_NOT_SENT',
  ]) {
    it(`says 502 ${code} when the run did not reach GitHub, stores nothing, and a retry starts clean`, async () => {
      whenStarted(api, (run) => run.fail(code));
      const { status, body } = await day.submit<Problem>();
      assert.equal(status, 502);
      assert.equal(body.errorCode, code);
      assert.equal(body.detail, 'GitHub unavailable. Please try again.');
      assert.deepEqual(await day.submissions(), []);
      whenStarted(api, passes);
      const again = await day.submit();
      assert.equal(again.status, 201);
      assert.deepEqual(again.body.progress, { completed: 2, total: 5 });
      const [failed, passed] = await day.runs();
      assert.deepEqual([failed?.status, passed?.status], ['error', 'passed']);
      assert.deepEqual(
        (await day.submissions()).map((submission) => submission.test_run_id),
        [passed?.id],
      );
    });
  }

  it('says 400 when GitHub does not know the branch', async () => {
    whenStarted(api, (run) => run.fail('INVALID_BRANCH_NAME'));
    const { status, body } = await day.submit<Problem>({ branch: 'no-such-branch' });
    assert.equal(status, 400);
    assert.equal(body.detail, 'Invalid branch name');
    assert.deepEqual(await day.submissions(), []);
  });

  it('says no more than 502 when something of ours broke', async () => {
    whenStarted(api, (run) => run.fail('CANCELLED'));
    const { status, body } = await day.submit<Problem>();
    assert.equal(status, 502);
    assert.equal(body.errorCode, 'TEST_RUN_FAILED');
    assert.deepEqual(await day.submissions(), []);
  });

  /** Two submits, of which the second has found the first's run before GitHub gets it. */
  async function twoAtOnce(play: (run: RunPlayer) => Promise<void>) {
    const runs: RunPlayer[] = [];
    let open: (() => void) | undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const started = new Promise<void>((resolve) => {
      api.react(async (message) => {
        const run = playerOf(api.database.uow, message);
        if (!run) return;
        runs.push(run);
        resolve();
        await gate; // the first request is held here, its run committed
        await play(run);
      });
    });
    const first = day.submit<Problem>();
    await started;
    const second = day.submit<Problem>();
    await steered.begun(1); // it has joined
    open?.();
    return { replies: await Promise.all([first, second]), runs };
  }

  it('stores one of two at once: one 201, one 409, one run', async () => {
    const { replies, runs } = await twoAtOnce(passes);
    assert.deepEqual(
      replies.map(({ status }) => status),
      [201, 409],
    );
    assert.equal(replies[1]?.body.errorCode, 'SUBMISSION_CONFLICT');
    assert.equal(runs.length, 1);
    assert.equal((await day.runs()).length, 1);
    assert.equal((await day.submissions()).length, 1);
  });

  it('tells both of two at once when GitHub fails', async () => {
    const { replies } = await twoAtOnce((run) => run.fail('GITHUB_UNAVAILABLE'));
    assert.deepEqual(
      replies.map(({ status }) => status),
      [502, 502],
    );
    assert.deepEqual(await day.submissions(), []);
  });

  it('starts one run of six submits at once', async () => {
    whenStarted(api, passes);
    const replies = await Promise.all(Array.from({ length: 6 }, () => day.submit<Problem>()));
    assert.deepEqual(
      replies.map(({ status }) => status).sort((a, b) => a - b),
      [201, 409, 409, 409, 409, 409],
    );
    assert.equal((await day.runs()).length, 1);
  });
});
