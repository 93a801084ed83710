import assert from 'node:assert/strict';
import type { SessionStatus } from '../../../../domain/hiring/session.ts';
import type { TestApi } from '../../../support/api.ts';
import {
  makeProgress,
  makeSession,
  makeSimulation,
  makeTestRun,
  makeWorkspace,
  taskOf,
  type MadeSimulation,
} from '../../../support/factories-hiring.ts';
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
  readonly outcome: 'created' | 'resent';
  readonly expiresAt: string;
}

const DAY_MS = 86_400_000;

describe('POST /api/simulations/:id/invite, again', () => {
  let api: TestApi;
  let recruiter: Recruiter;
  let simulation: MadeSimulation;
  before(async () => {
    api = await startHiringApi();
    recruiter = await recruiterOf(api);
    simulation = await makeSimulation(recruiter.actor);
  });
  after(() => api.close());

  let counted = 0;
  const freshEmail = (): string => `again${(counted += 1)}@test.example`;
  const invite = <Body = Invited>(inviteEmail: string, candidateName = 'Ada') =>
    api.call<Body>('post', `/api/simulations/${simulation.id}/invite`, {
      token: recruiter.token,
      body: { candidateName, inviteEmail },
    });
  const statusesOf = (replies: readonly { readonly status: number }[]) =>
    replies.map(({ status }) => status).sort((a, b) => a - b);
  const rowOf = async (id: number | string) => {
    const [row] = await api.database.rows<Record<string, unknown>>('select * from candidate_sessions where id = $1', [
      id,
    ]);
    assert.ok(row);
    return row;
  };
  const mailsOf = (id: number | string) =>
    api.database.rows('select id from emails where candidate_session_id = $1', [id]);
  const actionsOf = async (id: number | string) =>
    (await trailOf(api.database, 'candidate_session', id)).map(({ action }) => action);
  const startsOf = async (id: number | string, kind: string) =>
    (await messagesOf(api.database, id))
      .filter(({ start }) => start.kind === kind)
      .map(({ start }) => start.workflowId);
  const claim = (token: string, email: string) =>
    api.call<Problem>('post', `/api/candidate/session/${token}/verify`, { token: candidateOf(api, email).token });

  it('gives the same session, token and clock, and does not change the name', async () => {
    const email = freshEmail();
    const first = await invite(email, 'Ada');
    const before = await rowOf(first.body.candidateSessionId);
    const again = await invite(email, 'Somebody else');
    assert.equal(again.status, 200);
    assert.deepEqual(again.body, { ...first.body, outcome: 'resent' });
    assert.deepEqual(await rowOf(first.body.candidateSessionId), before);
  });

  it('does not mail again within 30 s, and writes nothing then', async () => {
    const email = freshEmail();
    const { body } = await invite(email);
    const before = await everything(api.database);
    await invite(email);
    await invite(email);
    assert.deepEqual(await everything(api.database), before);
    assert.equal((await mailsOf(body.candidateSessionId)).length, 1);
  });

  it('mails again after 30 s, and says so in the trail', async () => {
    const email = freshEmail();
    const { body } = await invite(email);
    const id = body.candidateSessionId;
    await api.database.rows(
      `update emails set created_at = created_at - interval '31 s' where candidate_session_id = $1`,
      [id],
    );
    const again = await invite(email);
    assert.equal(again.body.outcome, 'resent');
    assert.equal((await mailsOf(id)).length, 2);
    assert.equal((await startsOf(id, 'email')).length, 2);
    assert.deepEqual(await startsOf(id, 'candidate-session'), [`candidate-session/${id}/1`]);
    assert.deepEqual(await actionsOf(id), ['candidate_session.invited', 'candidate_session.invite_resent']);
    await invite(email);
    assert.equal((await mailsOf(id)).length, 2, 'the 30 s count from the last mail');
  });

  it('gives a session in progress as it is', async () => {
    const ada = candidateOf(api);
    const made = await makeSession(simulation, { claimedBy: ada.identity });
    const { status, body } = await invite(ada.email);
    assert.equal(status, 200);
    assert.equal(body.token, made.token);
    assert.equal((await rowOf(made.id))['status'], 'in_progress');
    assert.equal(body.expiresAt, made.session.expiresAt.toISOString());
  });

  it('makes one session, one life and one workflow start of six invites at once', async () => {
    const email = freshEmail();
    const replies = await Promise.all(Array.from({ length: 6 }, () => invite(email)));
    assert.deepEqual(statusesOf(replies), [200, 200, 200, 200, 200, 201]);
    assert.equal(new Set(replies.map(({ body }) => `${body.candidateSessionId} ${body.token}`)).size, 1);
    const id = replies[0]?.body.candidateSessionId ?? 0;
    assert.equal((await rowOf(id))['generation'], 1);
    assert.deepEqual(await startsOf(id, 'candidate-session'), [`candidate-session/${id}/1`]);
    assert.equal((await startsOf(id, 'workspace')).length, 2);
    assert.equal((await mailsOf(id)).length, 1);
    assert.deepEqual(await actionsOf(id), ['candidate_session.invited']);
  });

  it('makes one session of each of many invites at once', async () => {
    const emails = Array.from({ length: 12 }, freshEmail);
    const replies = await Promise.all(emails.map((email) => invite(email)));
    assert.ok(replies.every(({ status }) => status === 201));
    assert.equal(new Set(replies.map(({ body }) => body.token)).size, 12);
  });

  it('refuses who has completed, in both forms that clients read', async () => {
    const ada = candidateOf(api);
    const made = await makeSession(simulation, { claimedBy: ada.identity, status: 'completed' });
    await makeProgress(made, 6);
    const before = await everything(api.database);
    const { status, body } = await invite<Problem & { error: unknown }>(ada.email);
    assert.equal(status, 409);
    const message = 'This candidate has already completed the simulation';
    assert.equal(body.detail, message);
    assert.equal(body.errorCode, 'CANDIDATE_ALREADY_COMPLETED');
    assert.deepEqual(body.error, { code: 'candidate_already_completed', message, outcome: 'rejected' });
    assert.deepEqual(await everything(api.database), before);
  });

  const ended: readonly (readonly [string, { status: SessionStatus; expiresAt?: Date }, boolean])[] = [
    ['that has expired', { status: 'expired' }, false],
    ['that has expired after the claim', { status: 'expired' }, true],
    ['whose time is over though nobody has written it', { status: 'not_started', expiresAt: new Date(1e12) }, false],
    ['in progress whose time is over', { status: 'in_progress', expiresAt: new Date(1e12) }, true],
    ['that was revoked', { status: 'revoked' }, true],
  ];
  for (const [name, fields, claimed] of ended) {
    it(`begins a new life of a session ${name}: other link, new clock, old link dead`, async () => {
      const ada = candidateOf(api);
      const old = await makeSession(simulation, {
        inviteEmail: ada.email,
        ...(claimed && { claimedBy: ada.identity }),
        ...fields,
      });
      const earliest = Date.now() + 14 * DAY_MS - 1_000;
      const { status, body } = await invite(ada.email);
      assert.equal(status, 201);
      assert.equal(body.outcome, 'created');
      assert.equal(body.candidateSessionId, Number(old.id));
      assert.notEqual(body.token, old.token);
      assert.ok(Date.parse(body.expiresAt) >= earliest);
      const row = await rowOf(old.id);
      assert.equal(row['status'], 'not_started');
      assert.equal(row['generation'], 2);
      for (const column of [
        'claimed_at',
        'started_at',
        'expired_at',
        'revoked_at',
        'revoked_reason',
        'candidate_sub',
      ]) {
        assert.equal(row[column], null, column);
      }
      assert.deepEqual(await startsOf(old.id, 'candidate-session'), [`candidate-session/${old.id}/2`]);
      assert.equal((await mailsOf(old.id)).length, 1);
      assert.deepEqual(await actionsOf(old.id), ['candidate_session.reinvited']);
      const dead = await claim(old.token, ada.email);
      assert.equal(dead.status, 404);
      assert.equal(dead.body.detail, 'Invalid invite token');
      assert.equal((await claim(body.token, ada.email)).status, 200);
    });
  }

  it('lets somebody else with that address claim the new life', async () => {
    const ada = candidateOf(api);
    await makeSession(simulation, { claimedBy: ada.identity, status: 'expired' });
    const { body } = await invite(ada.email);
    const other = api.candidateToken(ada.email, { sub: 'another|identity' });
    const claimed = await api.call('post', `/api/candidate/session/${body.token}/verify`, { token: other });
    assert.equal(claimed.status, 200);
  });

  it('keeps what was handed in, and asks for no second repository', async () => {
    const ada = candidateOf(api);
    const old = await makeSession(simulation, { claimedBy: ada.identity, status: 'expired' });
    await makeProgress(old, 4);
    const { body } = await invite(ada.email);
    await claim(body.token, ada.email);
    const { body: current } = await api.call('get', `/api/candidate/session/${old.id}/current_task`, {
      token: ada.token,
    });
    assert.equal(current['currentDayIndex'], 4);
    assert.deepEqual(await startsOf(old.id, 'workspace'), []);
  });

  it('begins one new life when six invite an expired session at once', async () => {
    const old = await makeSession(simulation, { status: 'expired' });
    const replies = await Promise.all(Array.from({ length: 6 }, () => invite(old.session.inviteEmail)));
    assert.deepEqual(statusesOf(replies), [200, 200, 200, 200, 200, 201]);
    assert.equal(new Set(replies.map(({ body }) => body.token)).size, 1);
    assert.equal((await rowOf(old.id))['generation'], 2);
    assert.equal((await mailsOf(old.id)).length, 1);
  });

  it('leaves the old life as it was when the new one cannot be written', async () => {
    const old = await makeSession(simulation, { status: 'expired' });
    const before = await everything(api.database);
    const { status } = await whileRefusing(api.database, 'audit_entries', () =>
      invite<Problem>(old.session.inviteEmail),
    );
    assert.equal(status, 500);
    assert.deepEqual(await everything(api.database), before);
  });

  it('waits for a submission that was handed in in time: 409, to be tried again', async () => {
    const ada = candidateOf(api);
    const old = await makeSession(simulation, { claimedBy: ada.identity });
    const task = taskOf(old, 'code');
    await makeTestRun(await makeWorkspace(old, task), { purpose: 'submission', status: 'running' });
    await api.database.rows(`update candidate_sessions set expires_at = now() where id = $1`, [old.id]);
    const { status, body } = await invite<Problem>(ada.email);
    assert.deepEqual([status, body.errorCode, body.retryable], [409, 'SUBMISSION_IN_FLIGHT', true]);
  });

  describe('with an Idempotency-Key', () => {
    const keyed = <Body = Invited>(key: string, inviteEmail: string, candidateName = 'Ada') =>
      api.call<Body>('post', `/api/simulations/${simulation.id}/invite`, {
        token: recruiter.token,
        headers: { 'idempotency-key': key },
        body: { candidateName, inviteEmail },
      });

    it('shows the same session again and mails once, however late', async () => {
      const email = freshEmail();
      const first = await keyed('i-1', email);
      assert.equal(first.status, 201);
      const id = first.body.candidateSessionId;
      await api.database.rows(
        `update emails set created_at = created_at - interval '1 day' where candidate_session_id = $1`,
        [id],
      );
      const again = await keyed('i-1', email);
      assert.equal(again.status, 200);
      assert.deepEqual(again.body, { ...first.body, outcome: 'resent' });
      assert.equal((await mailsOf(id)).length, 1);
    });

    it('begins one life of six requests at once', async () => {
      const email = freshEmail();
      const replies = await Promise.all(Array.from({ length: 6 }, () => keyed('i-6', email)));
      assert.deepEqual(statusesOf(replies), [200, 200, 200, 200, 200, 201]);
      assert.equal(new Set(replies.map(({ body }) => body.token)).size, 1);
    });

    it('refuses the key with another body: 422', async () => {
      const email = freshEmail();
      await keyed('i-2', email);
      const { status, body } = await keyed<Problem>('i-2', email, 'Eve');
      assert.equal(status, 422);
      assert.equal(body.errorCode, 'IDEMPOTENCY_KEY_REUSED');
    });
  });

  it('is another session in another simulation, for the same address', async () => {
    const email = freshEmail();
    const first = await invite(email);
    const second = await makeSimulation(recruiter.actor);
    const { status, body } = await api.call<Invited>('post', `/api/simulations/${second.id}/invite`, {
      token: recruiter.token,
      body: { candidateName: 'Ada', inviteEmail: email },
    });
    assert.equal(status, 201);
    assert.notEqual(body.candidateSessionId, first.body.candidateSessionId);
  });
});
