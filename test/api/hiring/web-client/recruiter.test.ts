import assert from 'node:assert/strict';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import { someDiff } from '../../../support/play-runs.ts';
import {
  makeProgress,
  makeSession,
  makeSimulation,
  makeSubmission,
  makeTestRun,
  makeWorkspace,
  taskOf,
} from '../../../support/factories-hiring.ts';
import { candidateOf, recruiterOf, type Recruiter } from '../world.ts';
import { assertReads, webClient, type Fields, type Table } from './client.ts';

describe('the existing web client of recruiters', () => {
  let api: TestApi;
  let recruiter: Recruiter;
  let send: ReturnType<typeof webClient>;
  before(async () => {
    api = await startTestApi();
    recruiter = await recruiterOf(api);
    send = webClient(api, recruiter.token);
  });
  after(() => api.close());

  const form = {
    title: 'Backend hire',
    role: 'Backend Engineer',
    techStack: 'Node.js + Postgres',
    seniority: 'Mid',
    templateKey: 'node-express-ts',
  };
  const create = async (): Promise<number> =>
    (await send<{ id: number }>('post', '/api/simulations', { body: form })).body.id;
  const inviteTo = <Body = Fields>(id: number | string, inviteEmail: string) =>
    send<Body>('post', `/api/simulations/${id}/invite`, { body: { candidateName: 'Ada', inviteEmail } });

  it('reads who is signed in, and that the API is there', async () => {
    assertReads((await send('get', '/health')).body, { status: 'string' });
    const { body } = await send('get', '/api/auth/me');
    assertReads(body, { id: 'number', name: 'string', email: 'string', role: 'string' });
  });

  it('creates a simulation from a form without a focus, and reads it in the list and by itself', async () => {
    const { status, body } = await send('post', '/api/simulations', { body: form });
    assert.equal(status, 201);
    assertReads(body, { id: 'number' });
    const { body: list } = await send<Fields[]>('get', '/api/simulations');
    const item = list.find(({ id }) => id === body['id']);
    assertReads(item, {
      id: 'number',
      title: 'string',
      role: 'string',
      createdAt: 'time',
      numCandidates: 'number',
      candidateCount: 'number?',
      templateKey: 'string',
    });
    const { body: shown } = await send<{ tasks: Fields[] }>('get', `/api/simulations/${String(body['id'])}`);
    assertReads(shown, {
      title: 'string',
      templateKey: 'string',
      role: 'string',
      techStack: 'string',
      focus: 'string',
      scenario: 'string',
      tasks: 'array',
    });
    const task: Table = {
      dayIndex: 'number',
      title: 'string',
      type: 'string',
      description: 'string',
      rubric: 'string?',
      repoFullName: 'string?',
      repoUrl: 'string?',
      codespaceUrl: 'string?',
      preProvisioned: 'boolean?',
    };
    for (const one of shown.tasks) assertReads(one, task);
    assert.equal(shown.tasks.length, 5);
  });

  it('invites, and reads the candidate in the list', async () => {
    const id = await create();
    const first = await inviteTo(id, 'ada@client.example');
    assertReads(first.body, { candidateSessionId: 'number', token: 'string', inviteUrl: 'string' });
    const again = await inviteTo(id, 'ada@client.example');
    assert.deepEqual([first.status, again.status], [201, 200]);
    const { body } = await send<Fields[]>('get', `/api/simulations/${id}/candidates`);
    assert.equal(body.length, 1);
    assertReads(body[0], {
      candidateSessionId: 'number',
      inviteEmail: 'string',
      candidateName: 'string',
      status: 'string',
      startedAt: 'time?',
      completedAt: 'time?',
      inviteEmailStatus: 'string?',
      hasReport: 'boolean?',
      reportReady: 'boolean?',
      reportId: 'string?',
      verified: 'boolean?',
      verificationStatus: 'string?',
      'progress.current': 'number?',
      'progress.total': 'number?',
      inviteToken: 'string?',
      inviteUrl: 'string?',
    });
  });

  it('asks for another mail without a body, and reads how long to wait', async () => {
    const id = await create();
    const { body } = await inviteTo(id, 'eve@client.example');
    const path = `/api/simulations/${id}/candidates/${String(body['candidateSessionId'])}/invite/resend`;
    const { status, body: resent, headers } = await send('post', path);
    assert.equal(status, 200);
    assertReads(resent, { inviteEmailStatus: 'string', retryAfterSeconds: 'number' });
    assert.equal(headers.get('retry-after'), String(resent['retryAfterSeconds']));
  });

  it('asks for submissions in both spellings at once, and reads each with its results', async () => {
    const simulation = await makeSimulation(recruiter.actor);
    const made = await makeSession(simulation, { claimedBy: candidateOf(api).identity });
    await makeProgress(made, 2);
    const task = taskOf(made, 'code');
    const run = await makeTestRun(await makeWorkspace(made, task), { summary: { format: 'junit' } });
    await makeSubmission(made, task, { run, diffSummary: someDiff });
    const query = `candidateSessionId=${made.id}&candidate_session_id=${made.id}&simulationId=${simulation.id}&simulation_id=${simulation.id}`;
    const { body } = await send<{ items: Fields[] }>('get', `/api/submissions?${query}`);
    const results: Table = {
      'testResults.status': 'string',
      'testResults.passed': 'number',
      'testResults.failed': 'number',
      'testResults.total': 'number',
      'testResults.stdout': 'string',
      'testResults.stderr': 'string',
      'testResults.workflowRunId': 'string',
      'testResults.runStatus': 'string',
      'testResults.conclusion': 'string',
      'testResults.timeout': 'boolean',
    };
    const links: Table = { workflowUrl: 'string', commitUrl: 'string', diffUrl: 'string', diffSummary: 'object' };
    const [code, text] = body.items;
    assertReads(code, {
      ...results,
      ...links,
      submissionId: 'number',
      candidateSessionId: 'number',
      taskId: 'number',
      dayIndex: 'number',
      type: 'string',
      submittedAt: 'time',
      repoFullName: 'string',
      repoUrl: 'string',
      workflowRunId: 'string',
      commitSha: 'string',
    });
    const detail = await send('get', `/api/submissions/${String(code?.['submissionId'])}`);
    assertReads(detail.body, {
      ...results,
      ...links,
      'task.taskId': 'number',
      'task.dayIndex': 'number',
      'task.type': 'string',
      'task.title': 'string',
      'code.repoPath': 'string',
      'code.repoFullName': 'string',
      'code.repoUrl': 'string',
      contentText: 'string?',
      submittedAt: 'time',
    });
    const { body: read } = await send('get', `/api/submissions/${String(text?.['submissionId'])}`);
    assertReads(read, { contentText: 'string', code: 'object?', testResults: 'object?' });
  });

  it('shows people the words of a refusal', async () => {
    const closed = await makeSimulation(recruiter.actor, { closedAt: new Date() });
    const open = await makeSimulation(recruiter.actor);
    const done = candidateOf(api);
    await makeSession(open, { claimedBy: done.identity, status: 'completed' });
    const outside = webClient(api);
    const candidates = webClient(api, candidateOf(api).token);
    const refusals = [
      [await outside('get', '/api/simulations'), 401, 'Not authenticated'],
      [await candidates('get', '/api/simulations'), 403, 'Recruiter access required'],
      [await send('get', '/api/simulations/999999999'), 404, 'Simulation not found'],
      [await send('get', '/api/submissions/999999999'), 404, 'Submission not found'],
      [await inviteTo(closed.id, 'late@client.example'), 409, /^This simulation is closed/],
      [await inviteTo(open.id, done.email), 409, 'This candidate has already completed the simulation'],
      [await inviteTo(open.id, 'nobody'), 422, /^inviteEmail must be a valid email/],
      [
        await send('post', '/api/simulations', { body: { ...form, title: '' } }),
        422,
        /^title is not allowed to be empty/,
      ],
      [
        await send('post', '/api/simulations', { body: { ...form, templateKey: 'cobol' } }),
        422,
        /^Invalid templateKey\. Allowed/,
      ],
      [await send('get', '/api/nowhere'), 404, 'Not found'],
    ] as const;
    for (const [{ status, words = '' }, wanted, said] of refusals) {
      assert.equal(status, wanted, words);
      if (typeof said === 'string') assert.equal(words, said);
      else assert.match(words, said);
    }
    const { error } = refusals[5][0].body as { error?: { code?: string } };
    assert.equal(error?.code, 'candidate_already_completed');
  });
});
