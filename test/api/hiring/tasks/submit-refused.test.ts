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
  recruiterOf,
  sessionHeaders,
  startHiringApi,
  type Candidate,
  type Problem,
} from '../world.ts';
import { submitTask } from './submitting.ts';

const LONG_AGO = new Date('2020-01-01T00:00:00Z');

describe('POST /api/tasks/:taskId/submit refuses', () => {
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
  const submit = (
    made: Pick<MadeSession, 'id'>,
    taskId: string | number,
    body: unknown = { contentText: 'My plan' },
    headers?: Record<string, string>,
  ) => submitTask<Problem>(api, ada, made, taskId, body, headers);

  /** Refused with these words, and nothing at all is written. */
  async function refuses(sent: () => ReturnType<typeof submit>, status: number, code: string, detail: string) {
    const before = await everything(api.database);
    const reply = await sent();
    assert.equal(reply.status, status);
    assert.equal(reply.body.errorCode, code);
    assert.equal(reply.body.detail, detail);
    assert.deepEqual(await everything(api.database), before);
  }

  it('a request without the session header: 401', async () => {
    const made = await session();
    await refuses(
      () => submit(made, taskOf(made, 'design').id, { contentText: 'x' }, {}),
      401,
      'CANDIDATE_SESSION_HEADER_REQUIRED',
      'Missing candidate session headers',
    );
  });

  for (const header of ['abc', '1.5', '0', '-1', '1 or 1=1']) {
    it(`a session header that is ${header}: 422`, async () => {
      const made = await session();
      const { status, body } = await submit(made, 1, {}, sessionHeaders(header));
      assert.equal(status, 422);
      assert.deepEqual(body.issues[0]?.loc, ['header', 'x-candidate-session-id']);
    });
  }

  for (const taskId of ['0', '-1', 'abc', '1.5']) {
    it(`the task id ${taskId}: 422`, async () => {
      const { status, body } = await submit(await session(), taskId);
      assert.equal(status, 422);
      assert.deepEqual(body.issues[0]?.loc, ['path', 'taskId']);
    });
  }

  it('a session that is not one’s own, claimed or not, or none: 404', async () => {
    const others = [
      await makeSession(simulation, { claimedBy: candidateOf(api).identity }),
      await makeSession(simulation, { claimedBy: candidateOf(api).identity, status: 'expired' }),
      await makeSession(simulation),
      { id: '999999999' },
    ];
    for (const made of others) {
      await refuses(
        () => submit(made, taskOf(simulation, 'design').id),
        404,
        'CANDIDATE_SESSION_NOT_FOUND',
        'Candidate session not found',
      );
    }
  });

  it('a session that has expired, also where only the clock says so: 410', async () => {
    const other = await makeSimulation((await recruiterOf(api)).actor);
    for (const made of [
      await session({ status: 'expired' }),
      await makeSession(other, { claimedBy: ada.identity, expiresAt: LONG_AGO }),
    ]) {
      const sent = () => submit(made, taskOf(made, 'design').id);
      await refuses(sent, 410, 'INVITE_TOKEN_EXPIRED', 'Invite token expired');
    }
  });

  it('a session that was revoked: 410', async () => {
    const made = await session({ status: 'revoked' });
    await refuses(() => submit(made, taskOf(made, 'design').id), 410, 'INVITE_REVOKED', 'Invite revoked');
  });

  it('an unclaimed session while the address is unverified: 403', async () => {
    const made = await makeSession(simulation, { inviteEmail: ada.email });
    ada = candidateOf(api, ada.email, { email_verified: false });
    await refuses(
      () => submit(made, taskOf(made, 'design').id),
      403,
      'EMAIL_NOT_VERIFIED',
      'Email verification required',
    );
  });

  it('an unknown task and one of another simulation: 404', async () => {
    const made = await session();
    const other = await makeSimulation((await recruiterOf(api)).actor);
    for (const id of ['999999999', taskOf(other, 'design').id]) {
      await refuses(() => submit(made, id), 404, 'TASK_NOT_FOUND', 'Task not found');
    }
  });

  it('a task whose turn has not come: 400, before its text is looked at', async () => {
    const made = await session();
    for (const type of ['code', 'handoff', 'documentation'] as const) {
      await refuses(() => submit(made, taskOf(made, type).id, {}), 400, 'TASK_OUT_OF_ORDER', 'Task out of order');
    }
  });

  it('a task that is handed in already: 409, before its text is looked at', async () => {
    const made = await session();
    await makeProgress(made, 2);
    const sent = () => submit(made, taskOf(made, 'design').id, {});
    await refuses(sent, 409, 'SUBMISSION_CONFLICT', 'Task already submitted');
  });

  it('every task of a completed session: 409', async () => {
    const made = await session({ status: 'completed', expiresAt: LONG_AGO });
    await makeProgress(made, 6);
    for (const { id } of made.tasks) {
      await refuses(() => submit(made, id), 409, 'SUBMISSION_CONFLICT', 'Task already submitted');
    }
  });

  for (const body of [{}, { contentText: null }, { contentText: '' }, { contentText: ' \n\t\u00a0' }]) {
    it(`the text ${JSON.stringify(body)}: 400`, async () => {
      const made = await session();
      const sent = () => submit(made, taskOf(made, 'design').id, body);
      await refuses(sent, 400, 'CONTENT_REQUIRED', 'contentText is required');
    });
  }

  for (const [name, body] of [
    ['is a number', { contentText: 7 }],
    ['is a list', { contentText: ['x'] }],
    ['is too long', { contentText: 'x'.repeat(500_001) }],
    ['holds a NUL', { contentText: 'a\0b' }],
  ] as const) {
    it(`a text that ${name}: 422`, async () => {
      const made = await session();
      const { status, body: problem } = await submit(made, taskOf(made, 'design').id, body);
      assert.equal(status, 422);
      assert.deepEqual(problem.issues[0]?.loc, ['body', 'contentText']);
    });
  }
});
