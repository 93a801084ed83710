import assert from 'node:assert/strict';
import type { TestApi } from '../../../support/api.ts';
import {
  makeProgress,
  makeSession,
  makeSimulation,
  taskOf,
  type MadeSession,
  type MadeSimulation,
  type SessionFields,
} from '../../../support/factories-hiring.ts';
import {
  candidateOf,
  everything,
  messagesOf,
  recruiterOf,
  sessionHeaders,
  startHiringApi,
  trailOf,
  whileRefusing,
  type Candidate,
  type Problem,
} from '../world.ts';
import { submitTask, type Submitted } from './submitting.ts';

describe('POST /api/tasks/:taskId/submit, with text', () => {
  let api: TestApi;
  let simulation: MadeSimulation;
  let ada: Candidate;
  before(async () => {
    api = await startHiringApi();
    simulation = await makeSimulation((await recruiterOf(api)).actor);
  });
  after(() => api.close());
  beforeEach(() => (ada = candidateOf(api)));

  const session = (fields: SessionFields = {}) => makeSession(simulation, { claimedBy: ada.identity, ...fields });
  const submit = <Body = Submitted>(
    made: Pick<MadeSession, 'id'>,
    taskId: string | number,
    body: unknown = { contentText: 'My plan' },
    headers?: Record<string, string>,
  ) => submitTask<Body>(api, ada, made, taskId, body, headers);

  it('stores the text as it is and says how far the candidate is', async () => {
    const made = await session();
    const task = taskOf(made, 'design');
    const contentText = '  # Plan\n\n„Ümläuts“ 👩‍💻 <script>  ';
    const earliest = Date.now() - 1_000;
    const { status, body } = await submit(made, task.id, { contentText });
    assert.equal(status, 201);
    assert.deepEqual(body, {
      submissionId: body.submissionId,
      taskId: Number(task.id),
      candidateSessionId: Number(made.id),
      submittedAt: body.submittedAt,
      progress: { completed: 1, total: 5 },
      isComplete: false,
    });
    assert.ok(Date.parse(body.submittedAt) >= earliest && Date.parse(body.submittedAt) <= Date.now() + 1_000);
    const [row] = await api.database.rows(
      'select content_text, test_run_id, submitted_at from submissions where id = $1',
      [body.submissionId],
    );
    assert.deepEqual(row, { content_text: contentText, test_run_id: null, submitted_at: new Date(body.submittedAt) });
  });

  it('records who handed in, without the text, and tells no workflow before the last day', async () => {
    const made = await session();
    const task = taskOf(made, 'design');
    const { body } = await submit(made, task.id);
    assert.deepEqual(
      (await trailOf(api.database, 'submission', body.submissionId)).map(({ action, actor, after }) => ({
        action,
        actor,
        after,
      })),
      [
        {
          action: 'submission.created',
          actor: { kind: 'candidate', id: `${ada.identity.issuer}|${ada.identity.subject}`, email: ada.email },
          after: { candidateSessionId: made.id, taskId: task.id },
        },
      ],
    );
    assert.deepEqual(await messagesOf(api.database, made.id), []);
  });

  it('takes the handoff on day 4', async () => {
    const made = await session();
    await makeProgress(made, 4);
    const { status, body } = await submit(made, taskOf(made, 'handoff').id);
    assert.equal(status, 201);
    assert.deepEqual(body.progress, { completed: 4, total: 5 });
    assert.equal(body.isComplete, false);
  });

  it('completes the session with the fifth day and tells its clock, with ids alone', async () => {
    const made = await session();
    await makeProgress(made, 5);
    const { status, body } = await submit(made, taskOf(made, 'documentation').id);
    assert.equal(status, 201);
    assert.deepEqual(body.progress, { completed: 5, total: 5 });
    assert.equal(body.isComplete, true);
    const [row] = await api.database.rows<{ status: string; completed_at: Date }>(
      'select status, completed_at from candidate_sessions where id = $1',
      [made.id],
    );
    assert.equal(row?.status, 'completed');
    assert.ok(row.completed_at instanceof Date);
    const messages = await messagesOf(api.database, made.id);
    const mail = messages.find(({ start }) => start.kind === 'email');
    assert.deepEqual(Object.keys(mail?.start.input ?? {}).sort(), ['emailId', 'orgId'], 'the recruiter is told');
    const repositories = messages.filter(({ start }) => start.kind === 'workspace');
    assert.equal(repositories.length, 2, 'they are archived');
    const clocks = messages.filter((one) => one !== mail && !repositories.includes(one));
    assert.deepEqual(
      clocks.map(({ start, signal }) => [start.workflowId, start.input, signal]),
      [
        [
          `candidate-session/${made.id}/1`,
          { orgId: made.orgId, sessionId: made.id, generation: 1 },
          { name: 'sessionChanged' },
        ],
      ],
    );
    assert.deepEqual(
      (await trailOf(api.database, 'candidate_session', made.id)).map(({ action, after }) => ({ action, after })),
      [{ action: 'candidate_session.completed', after: { completedAt: row.completed_at.toISOString() } }],
    );
  });

  it('claims a session that nobody has claimed for whom it was meant', async () => {
    const made = await makeSession(simulation, { inviteEmail: ada.email });
    const before = await everything(api.database);
    assert.equal((await submit<Problem>(made, taskOf(made, 'design').id, {})).status, 400);
    assert.deepEqual(await everything(api.database), before, 'a claim without its turn-in is undone');
    assert.equal((await submit(made, taskOf(made, 'design').id)).status, 201);
    assert.deepEqual(
      (await trailOf(api.database, 'candidate_session', made.id)).map(({ action }) => action),
      ['candidate_session.claimed'],
    );
  });

  it('stores one of two submits at once, the other hears 409', async () => {
    const made = await session();
    const { id } = taskOf(made, 'design');
    const texts = ['one', 'two', 'three'];
    const replies = await Promise.all(texts.map((contentText) => submit<Problem>(made, id, { contentText })));
    assert.deepEqual(
      replies.map(({ status }) => status).sort((a, b) => a - b),
      [201, 409, 409],
    );
    const refused = replies.filter(({ status }) => status === 409);
    assert.ok(refused.every(({ body }) => body.errorCode === 'SUBMISSION_CONFLICT'));
    const rows = await api.database.rows('select id from submissions where candidate_session_id = $1', [made.id]);
    assert.equal(rows.length, 1);
  });

  it('shows the same submission to a repeat with the same Idempotency-Key, also at once, and refuses another text', async () => {
    const made = await session();
    const { id } = taskOf(made, 'design');
    const keyed = <Body = Submitted>(contentText: string) =>
      submit<Body>(made, id, { contentText }, { ...sessionHeaders(made.id), 'idempotency-key': `plan-${made.id}` });
    const replies = await Promise.all([keyed('My plan'), keyed('My plan'), keyed('My plan')]);
    assert.deepEqual(
      replies.map(({ status }) => status),
      [201, 201, 201],
    );
    const [first, ...others] = replies;
    for (const { body } of others) assert.deepEqual(body, first.body);
    const { status, body } = await keyed<Problem>('Another plan');
    assert.deepEqual([status, body.errorCode], [422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  it('completes the session once when the last day is handed in twice at once', async () => {
    const made = await session();
    await makeProgress(made, 5);
    const { id } = taskOf(made, 'documentation');
    await Promise.all([submit(made, id), submit<Problem>(made, id)]);
    const kinds = (await messagesOf(api.database, made.id)).map(({ start }) => start.kind);
    assert.deepEqual(kinds.sort(), ['candidate-session', 'email', 'workspace', 'workspace'], 'each once');
    assert.equal((await trailOf(api.database, 'candidate_session', made.id)).length, 1);
  });

  it('leaves nothing when the commit fails', async () => {
    const made = await session();
    await makeProgress(made, 5);
    const before = await everything(api.database);
    const { status } = await whileRefusing(api.database, 'audit_entries', () =>
      submit<Problem>(made, taskOf(made, 'documentation').id),
    );
    assert.equal(status, 500);
    assert.deepEqual(await everything(api.database), before);
  });
});
