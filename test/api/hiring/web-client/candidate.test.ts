import assert from 'node:assert/strict';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import {
  makeProgress,
  makeSession,
  makeSimulation,
  makeTestRun,
  makeWorkspace,
  taskOf,
  type MadeSession,
  type MadeSimulation,
} from '../../../support/factories-hiring.ts';
import { steeredWaiter, type SteeredWaiter } from '../tasks/steered-waiter.ts';
import { passes, whenStarted } from '../tasks/submitting.ts';
import { candidateOf, recruiterOf, type Candidate } from '../world.ts';
import { assertReads, webClient, type Fields, type Seen, type Table } from './client.ts';

const workspace: Table = { repoUrl: 'string', repoFullName: 'string', codespaceUrl: 'string' };
const submitted: Table = {
  submissionId: 'number',
  taskId: 'number',
  candidateSessionId: 'number',
  'progress.completed': 'number',
  'progress.total': 'number',
  submittedAt: 'string',
  isComplete: 'boolean',
};

describe('the existing web client of candidates', () => {
  let api: TestApi;
  let steered: SteeredWaiter;
  let simulation: MadeSimulation;
  let ada: Candidate;
  let send: ReturnType<typeof webClient>;
  before(async () => {
    steered = await steeredWaiter();
    api = await startTestApi({ app: { wait: steered.wait } });
    simulation = await makeSimulation((await recruiterOf(api)).actor);
  });
  after(() => api.close());
  beforeEach(() => {
    ada = candidateOf(api);
    send = webClient(api, ada.token);
    steered.setImpatient(false);
    api.react(() => undefined);
  });

  /** At work on day 2, whose repository is there unless `opened` is false. */
  async function onDayTwo({ opened = true } = {}): Promise<{ made: MadeSession; path: string }> {
    const made = await makeSession(simulation, { claimedBy: ada.identity });
    await makeProgress(made, 2);
    if (opened) await makeWorkspace(made, taskOf(made, 'code'));
    return { made, path: `/api/tasks/${taskOf(made, 'code').id}` };
  }

  it('lists invites, opens one by GET alone, and reads the task that is due', async () => {
    const made = await makeSession(simulation, { inviteEmail: ada.email });
    const { body: invites } = await send<Fields[]>('get', '/api/candidate/invites');
    assertReads(invites[0], {
      candidateSessionId: 'number',
      simulationTitle: 'string',
      role: 'string',
      companyName: 'string',
      inviteToken: 'string',
      status: 'string',
      'progress.completed': 'number',
      'progress.total': 'number',
      expiresAt: 'time',
      lastActivityAt: 'time?',
      isExpired: 'boolean',
    });
    const opened = await send('get', `/api/candidate/session/${String(invites[0]?.['inviteToken'])}`);
    assertReads(opened.body, {
      candidateSessionId: 'number',
      status: 'string',
      'simulation.title': 'string',
      'simulation.role': 'string',
    });
    const session = opened.body['candidateSessionId'] as number;
    assert.equal(session, Number(made.id));
    const { body: due } = await send('get', `/api/candidate/session/${session}/current_task`, { session });
    assertReads(due, {
      isComplete: 'boolean',
      completedTaskIds: 'array',
      'currentTask.id': 'number',
      'currentTask.dayIndex': 'number',
      'currentTask.type': 'string',
      'currentTask.title': 'string',
      'currentTask.description': 'string',
    });
  });

  it('opens the repository after the 404 of its status, is told 409 while that is made, and then reads it', async () => {
    const { made, path } = await onDayTwo({ opened: false });
    const session = made.id;
    assert.equal((await send('get', `${path}/codespace/status`, { session })).status, 404);
    steered.setImpatient(true);
    const early = await send('post', `${path}/codespace/init`, { session, body: {} });
    const words = 'Workspace repo not provisioned yet. Please try again.';
    assert.deepEqual([early.status, early.words], [409, words]);
    assert.equal((await send('get', `${path}/codespace/status`, { session })).status, 409);
    await api.database.rows(
      `update workspaces set status = 'ready', settled_generation = generation, repo_id = 77, default_branch = 'main',
         base_template_sha = $2, ready_at = now() where candidate_session_id = $1`,
      [session, 'b'.repeat(40)],
    );
    for (const ready of [
      await send('post', `${path}/codespace/init`, { session, body: {} }),
      await send('get', `${path}/codespace/status`, { session }),
    ]) {
      assert.equal(ready.status, 200);
      assertReads(ready.body, workspace);
    }
  });

  it('starts a run with {}, and reads its id from the answer', async () => {
    const { made, path } = await onDayTwo();
    steered.setImpatient(true);
    whenStarted(api, (run) => run.dispatch());
    const { status, body } = await send('post', `${path}/run`, { session: made.id, body: {} });
    assert.equal(status, 200);
    assertReads(body, { runId: 'number' });
    const polled = await send('get', `${path}/run/${String(body['runId'])}`, { session: made.id });
    assert.equal(outcomeOf(polled), 'running');
  });

  const counted: Table = { passed: 'number', failed: 'number', total: 'number', commitSha: 'string' };
  const noCounts = { passed: null, failed: null, skipped: null, total: null };
  for (const [outcome, fields, more] of [
    ['running', { status: 'running' }, { passed: 'number?', commitSha: 'string?' }],
    ['passed', {}, counted],
    ['failed', { status: 'failed', conclusion: 'failure', passed: 2, failed: 1 }, counted],
    ['failed', { status: 'failed', conclusion: 'success', passed: 2, failed: 1 }, counted],
    ['failed', { status: 'failed', conclusion: 'cancelled', ...noCounts }, {}],
    ['timeout', { status: 'failed', conclusion: 'timed_out', timeout: true, ...noCounts }, {}],
    ['error', { status: 'error', conclusion: 'success', stderr: 'Test results artifact missing', ...noCounts }, {}],
  ] as const) {
    it(`polls a run that is ${outcome}: ${JSON.stringify(fields)}`, async () => {
      const { made, path } = await onDayTwo();
      const [row] = await api.database.rows<{ id: string }>(
        'select id from workspaces where candidate_session_id = $1 and task_id = $2',
        [made.id, taskOf(made, 'code').id],
      );
      const of = { id: row?.id, orgId: made.orgId, candidateSessionId: made.id, taskId: taskOf(made, 'code').id };
      const run = await makeTestRun(of as Parameters<typeof makeTestRun>[0], { purpose: 'run', ...fields });
      const seen = await send('get', `${path}/run/${run.githubRunId}`, { session: made.id });
      assert.equal(outcomeOf(seen), outcome);
      assertReads(seen.body, { workflowUrl: 'string', stdout: 'string?', stderr: 'string?', ...more });
    });
  }

  it('hands in a text and, with {}, a repository', async () => {
    const made = await makeSession(simulation, { claimedBy: ada.identity });
    whenStarted(api, passes);
    const session = made.id;
    for (const [type, body] of [
      ['design', { contentText: 'My plan' }],
      ['code', {}],
    ] as const) {
      const task = taskOf(made, type);
      if (type === 'code') await makeWorkspace(made, task);
      const reply = await send('post', `/api/tasks/${task.id}/submit`, { session, body });
      assert.equal(reply.status, 201);
      assertReads(reply.body, submitted);
    }
  });

  it('tells refusals by their status and shows people their words', async () => {
    const { made, path } = await onDayTwo();
    const session = made.id;
    const expired = await makeSession(await makeSimulation((await recruiterOf(api)).actor), {
      claimedBy: ada.identity,
      status: 'expired',
    });
    const waiting = await makeSession(simulation);
    const unverified = candidateOf(api, waiting.session.inviteEmail, { email_verified: false });
    const open = (token: string, client = send) => client('get', `/api/candidate/session/${token}`);
    const refusals = [
      [await webClient(api)('get', '/api/candidate/invites'), 401, 'Not authenticated'],
      [await open('x'.repeat(43)), 404, 'Invalid invite token'],
      [await open(expired.token), 410, 'Invite token expired'],
      [await open(waiting.token), 404, 'Candidate session not found'],
      [await open(waiting.token, webClient(api, unverified.token)), 403, 'Email verification required'],
      [await send('get', `${path}/codespace/status`), 401, 'Missing candidate session headers'],
      [
        await send('post', `${path}/submit`, { session, body: { contentText: 7 } }),
        422,
        'contentText must be a string',
      ],
      [
        await send('post', `/api/tasks/${taskOf(made, 'design').id}/submit`, { session, body: { contentText: 'x' } }),
        409,
        'Task already submitted',
      ],
      [
        await send('post', `/api/tasks/${taskOf(made, 'handoff').id}/submit`, { session, body: { contentText: 'x' } }),
        400,
        'Task out of order',
      ],
    ] as const;
    for (const [{ status, words }, wanted, said] of refusals) assert.deepEqual([status, words], [wanted, said]);
  });
});

/** As the client decides: a timeout first, then what runs, then the conclusion before the status. */
function outcomeOf({ body }: Seen): string {
  const [status, conclusion] = [String(body['status']), String(body['conclusion'])];
  if (body['timeout'] === true || conclusion === 'timed_out') return 'timeout';
  if (['running', 'in_progress', 'queued'].includes(status)) return 'running';
  if (conclusion === 'success' || status === 'passed' || status === 'success') return 'passed';
  if (conclusion === 'failure' || status === 'failed' || status === 'failure') return 'failed';
  return 'error';
}
