import assert from 'node:assert/strict';
import type { TestApi } from '../../../support/api.ts';
import { makeSimulation, type MadeSimulation } from '../../../support/factories-hiring.ts';
import { makeOrganization } from '../../../support/factories-identity.ts';
import {
  candidateOf,
  everything,
  messagesOf,
  recruiterOf,
  startHiringApi,
  trailOf,
  whileRefusing,
  type Problem,
  type Recruiter,
} from '../world.ts';

interface Invited {
  readonly candidateSessionId: number;
  readonly token: string;
  readonly inviteUrl: string;
  readonly outcome: 'created' | 'resent';
  readonly expiresAt: string;
  readonly sessionWorkflowUrl: string;
}

const DAY_MS = 86_400_000;

describe('POST /api/simulations/:id/invite', () => {
  let api: TestApi;
  let recruiter: Recruiter;
  let simulation: MadeSimulation;
  before(async () => {
    api = await startHiringApi({ environment: { TENON_CANDIDATE_PORTAL_BASE_URL: 'https://portal.test/base/' } });
    recruiter = await recruiterOf(api);
    simulation = await makeSimulation(recruiter.actor);
  });
  after(() => api.close());

  let counted = 0;
  const freshEmail = (): string => `invitee${(counted += 1)}@test.example`;

  const invite = <Body = Invited>(
    body: unknown,
    { id = simulation.id, token = recruiter.token }: { id?: string; token?: string } = {},
  ) => api.call<Body>('post', `/api/simulations/${id}/invite`, { token, body });

  it('makes a session with a link, valid for 14 days', async () => {
    const earliest = Date.now() + 14 * DAY_MS - 1_000;
    const { status, body } = await invite({ candidateName: 'Ada Lovelace', inviteEmail: freshEmail() });
    assert.equal(status, 201);
    const id = body.candidateSessionId;
    assert.match(body.token, /^[A-Za-z0-9_-]{43}$/);
    assert.deepEqual(body, {
      candidateSessionId: id,
      token: body.token,
      inviteUrl: `https://portal.test/base/candidate/session/${body.token}`,
      outcome: 'created',
      expiresAt: body.expiresAt,
      sessionWorkflowUrl: `http://127.0.0.1:8233/namespaces/default/workflows/candidate-session%2F${id}%2F1`,
    });
    assert.ok(Date.parse(body.expiresAt) >= earliest && Date.parse(body.expiresAt) <= Date.now() + 14 * DAY_MS + 1_000);
    const [row] = await api.database.rows(
      `select status, candidate_name, generation, started_at, claimed_at, token_hash <> convert_to($2, 'UTF8') as hashed
       from candidate_sessions where id = $1`,
      [id, body.token],
    );
    assert.deepEqual(row, {
      status: 'not_started',
      candidate_name: 'Ada Lovelace',
      generation: 1,
      started_at: null,
      claimed_at: null,
      hashed: true,
    });
  });

  it('starts the clock, the mail and the two workspaces with ids alone: no token, no address', async () => {
    const inviteEmail = freshEmail();
    const { body } = await invite({ candidateName: 'Ada', inviteEmail });
    const { orgId } = recruiter.actor;
    const sessionId = String(body.candidateSessionId);
    const [email] = await api.database.rows<{ id: string; kind: string; to_address: string; status: string }>(
      'select id, kind, to_address, status from emails where candidate_session_id = $1',
      [sessionId],
    );
    assert.deepEqual({ ...email, id: 0 }, { id: 0, kind: 'invitation', to_address: inviteEmail, status: 'queued' });
    const workspaces = await api.database.rows<{ id: string; repo_full_name: string; status: string; day: number }>(
      `select w.id, w.repo_full_name, w.status, t.day_index as day from workspaces w
       join simulation_tasks t on t.id = w.task_id where w.candidate_session_id = $1 order by day`,
      [sessionId],
    );
    assert.deepEqual(
      workspaces.map(({ day, status, repo_full_name }) => [day, status, repo_full_name]),
      [2, 3].map((day) => [
        day,
        'requested',
        `tenon-hire-dev/tenon-ws-${sessionId}-task${simulation.tasks[day - 1]?.id}`,
      ]),
    );
    const messages = await messagesOf(api.database, sessionId);
    assert.deepEqual(
      messages.map(({ start, signal }) => [start.workflowId, start.type, start.input, signal]),
      [
        [`candidate-session/${sessionId}/1`, 'candidateSession', { orgId, sessionId, generation: 1 }, undefined],
        [`email/${email?.id}`, 'email', { orgId, emailId: email?.id }, undefined],
        ...workspaces.map(({ id }) => [
          `workspace/${id}/1`,
          'workspace',
          { orgId, workspaceId: id, generation: 1 },
          undefined,
        ]),
      ],
    );
    assert.ok(messages.every(({ start }) => start.orgId === orgId && start.ref === `session-${sessionId}`));
    const told = JSON.stringify(messages);
    assert.ok(!told.includes(body.token) && !told.includes(inviteEmail) && !told.includes('Ada'));
    assert.deepEqual(
      api.delivered.slice(-4).map(({ start }) => start.workflowId),
      messages.map(({ start }) => start.workflowId),
      'handed over right after the commit',
    );
  });

  it('records who invited whom, without the link', async () => {
    const inviteEmail = freshEmail();
    const { body } = await invite({ candidateName: 'Grace', inviteEmail });
    const trail = await trailOf(api.database, 'candidate_session', body.candidateSessionId);
    assert.deepEqual(
      trail.map(({ action, actor, after }) => ({ action, actor, after })),
      [
        {
          action: 'candidate_session.invited',
          actor: { kind: 'user', id: recruiter.actor.userId, email: recruiter.actor.email },
          after: { inviteEmail, candidateName: 'Grace', generation: 1, expiresAt: body.expiresAt },
        },
      ],
    );
    const [leaks] = await api.database.rows<{ count: string }>(
      'select count(*) as count from audit_entries where position($1 in body) > 0',
      [body.token],
    );
    assert.equal(leaks?.count, '0');
  });

  it('honours the invite life of the organisation', async () => {
    const { id: orgId } = await makeOrganization({ inviteLifeSeconds: 20 });
    const who = await recruiterOf(api, { orgId });
    const { id } = await makeSimulation(who.actor);
    const earliest = Date.now() + 19_000;
    const { body } = await invite({ candidateName: 'Late', inviteEmail: freshEmail() }, { id, token: who.token });
    assert.ok(Date.parse(body.expiresAt) >= earliest && Date.parse(body.expiresAt) <= Date.now() + 21_000);
  });

  it('keeps the address trimmed and in lower case, so that the candidate and a repeat find it', async () => {
    const { body } = await invite({ candidateName: '  Mary Ann  ', inviteEmail: '  Mary.ANN+x@Example.COM ' });
    const [row] = await api.database.rows<{ invite_email: string; candidate_name: string }>(
      'select invite_email, candidate_name from candidate_sessions where id = $1',
      [body.candidateSessionId],
    );
    assert.deepEqual(row, { invite_email: 'mary.ann+x@example.com', candidate_name: 'Mary Ann' });
    const again = await invite({ candidateName: 'M', inviteEmail: 'mary.ann+X@example.com' });
    assert.equal(again.body.candidateSessionId, body.candidateSessionId);
    const { token } = candidateOf(api, 'MARY.ann+x@example.com');
    const claimed = await api.call('post', `/api/candidate/session/${body.token}/verify`, { token });
    assert.equal(claimed.status, 200);
  });

  it('takes addresses with letters beyond ASCII', async () => {
    for (const inviteEmail of ['jürgen@exämple.de', 'İstanbul@example.com', 'ΟΔΥΣΣΕΥΣ@example.com', 'ﬁ@example.com']) {
      assert.equal((await invite({ candidateName: 'U', inviteEmail })).status, 201, inviteEmail);
    }
  });

  for (const inviteEmail of [
    undefined,
    null,
    '',
    ' ',
    'ada',
    'ada@',
    '@example.com',
    'ada@example',
    'ada @example.com',
    'ada@exam ple.com',
    'a@b@example.com',
    'Ada <ada@example.com>',
    'ada@example.com, eve@example.com',
    'ada@example.com\nBcc: eve@example.com',
    'ada\0@example.com',
    `${'a'.repeat(310)}@example.com`,
    7,
    ['ada@example.com'],
  ]) {
    it(`refuses the e-mail ${JSON.stringify(inviteEmail)?.slice(0, 50) ?? 'missing'} with a 422`, async () => {
      const before = await everything(api.database);
      const { status, body } = await invite<Problem>({ candidateName: 'Ada', inviteEmail });
      assert.equal(status, 422);
      assert.equal(body.errorCode, 'VALIDATION_ERROR');
      assert.deepEqual(body.issues[0]?.loc, ['body', 'inviteEmail']);
      assert.match(body.detail, /inviteEmail/);
      assert.deepEqual(await everything(api.database), before);
    });
  }

  for (const candidateName of [undefined, null, '', '  ', 'x'.repeat(256), 5]) {
    const shown = JSON.stringify(candidateName)?.slice(0, 20) ?? 'missing';
    it(`refuses the candidateName ${shown} with a 422`, async () => {
      const { status, body } = await invite<Problem>({ candidateName, inviteEmail: freshEmail() });
      assert.equal(status, 422);
      assert.deepEqual(body.issues[0]?.loc, ['body', 'candidateName']);
    });
  }

  for (const id of ['0', '-1', '1.5', 'abc', '99999999999999999999']) {
    it(`refuses the id ${id} with a 422`, async () => {
      const { status, body } = await invite<Problem>({ candidateName: 'A', inviteEmail: freshEmail() }, { id });
      assert.equal(status, 422);
      assert.deepEqual(body.issues[0]?.loc, ['path', 'id']);
    });
  }

  describe('to a simulation that is not one’s own', () => {
    const inviteTo = (id: string, token: string) =>
      invite<Problem>({ candidateName: 'Ada', inviteEmail: freshEmail() }, { id, token });

    it('says 404 for one that does not exist', async () => {
      const { status, body } = await inviteTo('999999999', recruiter.token);
      assert.equal(status, 404);
      assert.equal(body.detail, 'Simulation not found');
      assert.equal(body.errorCode, 'SIMULATION_NOT_FOUND');
    });

    it('says the same to a colleague, to another organisation and to a reviewer, and nothing is made', async () => {
      const { orgId } = recruiter.actor;
      const others = [
        await recruiterOf(api, { orgId }),
        await recruiterOf(api),
        await recruiterOf(api, { orgId, roles: ['reviewer'] }),
        await recruiterOf(api, { orgId, roles: ['owner'] }),
      ];
      const before = await everything(api.database);
      for (const { token } of others) {
        const { status, body } = await inviteTo(simulation.id, token);
        assert.equal(status, 404);
        assert.equal(body.detail, 'Simulation not found');
      }
      assert.deepEqual(await everything(api.database), before);
    });

    it('says 403 to its author who may no longer invite', async () => {
      const author = await recruiterOf(api, { roles: ['reviewer'] });
      const { id } = await makeSimulation(author.actor);
      const { status, body } = await inviteTo(id, author.token);
      assert.equal(status, 403);
      assert.equal(body.errorCode, 'FORBIDDEN');
    });
  });

  for (const table of ['workspaces', 'outbox', 'audit_entries']) {
    it(`leaves nothing when the database refuses ${table}`, async () => {
      const before = await everything(api.database);
      const delivered = api.delivered.length;
      const { status } = await whileRefusing(api.database, table, () =>
        invite<Problem>({ candidateName: 'Ada', inviteEmail: freshEmail() }),
      );
      assert.equal(status, 500);
      assert.deepEqual(await everything(api.database), before);
      assert.equal(api.delivered.length, delivered);
    });
  }

  it('succeeds when Temporal cannot be told: the messages wait in the outbox', async () => {
    api.react(() => {
      throw new Error('Temporal is away');
    });
    try {
      const { status, body } = await invite({ candidateName: 'Ada', inviteEmail: freshEmail() });
      assert.equal(status, 201);
      const waiting = await api.database.rows(
        `select id from outbox where message -> 'start' ->> 'ref' = $1 and delivered_at is null`,
        [`session-${body.candidateSessionId}`],
      );
      assert.equal(waiting.length, 4);
    } finally {
      api.react(() => undefined);
    }
  });
});
