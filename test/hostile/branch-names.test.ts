import assert from 'node:assert/strict';
import type { RunResult } from '../../api/workspaces/run-result.ts';
import type { Reply, TestApi } from '../support/api.ts';
import { makeSimulation } from '../support/factories-hiring.ts';
import { dispatchesSeen } from '../activities/workspaces/place.ts';
import { onDayTwo } from '../api/hiring/tasks/submitting.ts';
import { recruiterOf, startHiringApi, type Problem } from '../api/hiring/world.ts';
import { seat, startWorkspaceApi, type Seat, type WorkspaceApi } from '../api/workspaces/world.ts';
import { hostileWords, oddBranches } from './words.ts';

/** What no schema lets through is 422, what is no branch of ours 400, a body of a million letters more than one may send. */
const refusals = new Set(['400 INVALID_BRANCH_NAME', '422 VALIDATION_ERROR', '413 PAYLOAD_TOO_LARGE']);

describe('names that a candidate sends', () => {
  let world: WorkspaceApi;
  let mine: Seat;

  before(async () => {
    world = await startWorkspaceApi({ shortWaits: true });
    world.api.react((message) => world.play(message));
    mine = await seat(world);
    const { token, headers } = mine;
    await world.api.call('post', `${mine.path('code')}/codespace/init`, { token, headers });
    await world.github.control.clearCalls();
  });
  after(() => world.close());

  const post = <T>(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Reply<T>> =>
    world.api.call<T>('post', `${mine.path('code')}${path}`, {
      token: mine.token,
      headers: { ...mine.headers, ...headers },
      body,
    });
  const verdictOf = ({ status, headers, body }: Reply<Problem>, what: string): string => {
    assert.equal(headers.get('x-evil'), null, what);
    return `${status} ${body.errorCode}`;
  };
  const runs = async (): Promise<number> =>
    Number((await world.api.database.rows<{ count: string }>('select count(*) from test_runs'))[0]?.count);

  it('are refused as a branch, before anything is stored or sent', async () => {
    const before = await runs();
    for (const [what, branch] of Object.entries(hostileWords)) {
      const verdict = verdictOf(await post<Problem>('/run?wait=0', { branch }), what);
      assert.ok(refusals.has(verdict), `${what}: ${verdict}`);
    }
    assert.deepEqual([await runs(), await dispatchesSeen(world.github)], [before, 0]);
  });

  it('are refused as a branch by GitHub where the rule has no objection', async () => {
    for (const branch of oddBranches)
      assert.equal(
        verdictOf(await post<Problem>('/run?wait=0', { branch }), branch),
        '400 INVALID_BRANCH_NAME',
        branch,
      );
  });

  it('are refused in the path of a run', async () => {
    const words = [
      '%00',
      '%0d%0ax-evil:%201',
      '..%2f..%2f',
      '1%00',
      '-1',
      '1e3',
      '9'.repeat(300),
      '%f0%9f%98%80',
      '%c3%28',
    ];
    for (const word of words) {
      const headers = { ...mine.headers, authorization: `Bearer ${mine.token}` };
      const reply = await fetch(`${world.api.url}${mine.path('code')}/run/${word}`, { headers });
      const { errorCode } = (await reply.json()) as Problem;
      assert.match(`${reply.status} ${errorCode}`, /^(404 NOT_FOUND|422 VALIDATION_ERROR|400 \w+)$/, word);
      assert.equal(reply.headers.get('x-evil'), null);
    }
  });

  it('go to GitHub as they stand where they are a workflow’s inputs', async () => {
    const storable = Object.values(hostileWords).filter((word) => word.length < 100 && !/\0|\p{Surrogate}/u.test(word));
    const colour = storable.join(' ');
    await world.github.control.nextRuns({ conclusion: 'success', leaveInProgress: true });
    assert.equal((await post<RunResult>('/run?wait=0', { workflowInputs: { colour } })).status, 200);
    const [row] = await world.api.database.rows<{ inputs: object }>(
      'select inputs from test_runs order by requested_at desc limit 1',
    );
    assert.deepEqual(row?.inputs, { colour });
  });

  it('are refused as an input that cannot be kept, and as the name of one', async () => {
    for (const colour of ['a NUL', 'half a surrogate pair', 'a million letters'].map((what) => hostileWords[what]))
      assert.equal((await post('/run?wait=0', { workflowInputs: { colour } })).status, 422);
    for (const [what, word] of Object.entries(hostileWords))
      assert.equal((await post('/run?wait=0', { workflowInputs: { [word]: 'x' } })).status, 422, what);
  });

  it('are refused as a GitHub account', async () => {
    for (const [what, githubUsername] of Object.entries({ ...hostileWords, dash: '-x', dots: 'a..b' })) {
      if (githubUsername === '') continue; // as good as none
      const { status } = await post('/codespace/init', { githubUsername });
      assert.ok([400, 413, 422].includes(status), `${what}: ${status}`);
    }
  });

  it('are refused or kept apart as an Idempotency-Key', async () => {
    for (const key of ['-rf', '../..', '$(id)', "'; --", 'x'.repeat(256), 'x'.repeat(5_000), '%00', 'é', '\t\u00a0']) {
      const { status } = await post('/run?wait=0', { branch: 'not-pushed' }, { 'idempotency-key': key });
      assert.ok(status >= 400 && status < 500, `${key}: ${status}`);
    }
  });
});

describe('names that a candidate hands in', () => {
  let api: TestApi;
  before(async () => {
    api = await startHiringApi();
  });
  after(() => api.close());

  it('are refused as a branch, before anything is stored', async () => {
    const { submit, workspaceOf, runs, submissions } = await onDayTwo(
      api,
      await makeSimulation((await recruiterOf(api)).actor),
    );
    await workspaceOf();
    for (const [what, branch] of Object.entries(hostileWords)) {
      const { status, body } = await submit<Problem>({ branch });
      assert.ok(refusals.has(`${status} ${body.errorCode}`), `${what}: ${status} ${body.errorCode}`);
    }
    assert.deepEqual([await runs(), await submissions()], [[], []]);
  });
});
