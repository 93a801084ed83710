import assert from 'node:assert/strict';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import {
  makeProgress,
  makeSession,
  makeSimulation,
  makeTestRun,
  makeWorkspace,
  taskOf,
} from '../../../support/factories-hiring.ts';
import { candidateOf, recruiterOf, sessionHeaders, type Candidate, type Problem } from '../world.ts';
import { webClient } from './client.ts';

const POLL_EVERY_MS = 1_500;
const LONGEST_POLL_MS = 90_000;

// With the limits of production.
describe('how often candidates may ask', () => {
  let api: TestApi;
  before(async () => {
    api = await startTestApi({ environment: { TENON_RATE_LIMITS: 'on' } });
  });
  after(() => api.close());

  /** The limiter's windows end by so much sooner: nothing else here looks at a clock. */
  const pass = (ms: number) => api.database.rows('update rate_limits set expire = expire - $1', [ms]);

  async function atWork() {
    const ada = candidateOf(api);
    const made = await makeSession(await makeSimulation((await recruiterOf(api)).actor), { claimedBy: ada.identity });
    await makeProgress(made, 2);
    const task = taskOf(made, 'code');
    return { ada, made, task, path: `/api/tasks/${task.id}` };
  }

  it('lets the web client poll a run every 1.5 s in two windows, as long as it runs, beside all else that it reads', async () => {
    const { ada, made, task, path } = await atWork();
    const run = await makeTestRun(await makeWorkspace(made, task), { purpose: 'run', status: 'running' });
    const send = webClient(api, ada.token);
    const left: number[] = [];
    for (let atMs = 0; atMs < LONGEST_POLL_MS; atMs += POLL_EVERY_MS) {
      const isTenth = atMs % (10 * POLL_EVERY_MS) === 0;
      const polled = `${path}/run/${run.githubRunId}`;
      const others = [`/api/candidate/session/${made.id}/current_task`, `${path}/codespace/status`];
      for (const one of [polled, polled, ...(isTenth ? others : [])]) {
        const { status, headers } = await send('get', one, { session: made.id });
        assert.equal(status, 200, `${one} after ${atMs / 1_000} s`);
        left.push(Number(/^"poll";r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1]));
      }
      await pass(POLL_EVERY_MS);
    }
    assert.ok(
      Math.min(...left) > 0 && Math.min(...left) < 60,
      'it is counted, and the window is longer than one client needs',
    );
  });

  for (const [rule, suffix, most] of [
    ['init', '/codespace/init', 20],
    ['run', '/run', 20],
    ['submit', '/submit', 10],
  ] as const) {
    it(`refuses the ${most + 1}th ${rule} within 30 s, before it looks at anything but the token`, async () => {
      const { ada, made, path } = await atWork();
      const ask = ({ token }: Candidate, headers = {}) =>
        api.call<Problem>('post', `${path}${suffix}`, { token, headers, body: {} });
      for (let count = 0; count < most; count += 1) {
        assert.equal((await ask(ada)).body.errorCode, 'CANDIDATE_SESSION_HEADER_REQUIRED');
      }
      const policies = new Set<string | null>();
      for (const headers of [{}, sessionHeaders(made.id), sessionHeaders('none')]) {
        const { status, body, headers: told } = await ask(ada, headers);
        assert.deepEqual([status, body.detail], [429, 'Too many requests. Please slow down.']);
        assert.ok(Number(told.get('retry-after')) <= 30);
        policies.add(told.get('ratelimit-policy'));
      }
      assert.deepEqual([...policies], [`"${rule}";q=${most};w=30`]);
      assert.equal((await ask({ ...ada, token: 'none' })).status, 401);
      assert.equal((await ask(candidateOf(api))).status, 401, 'another candidate counts for themselves');
      const read = { token: ada.token, headers: sessionHeaders(made.id) };
      assert.equal((await api.call('get', `${path}/codespace/status`, read)).status, 404, 'what is polled goes on');
    });
  }
});
