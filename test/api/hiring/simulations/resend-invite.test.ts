import assert from 'node:assert/strict';
import type { TestApi } from '../../../support/api.ts';
import {
  makeSession,
  makeSimulation,
  type MadeSession,
  type MadeSimulation,
} from '../../../support/factories-hiring.ts';
import { steeredWaiter, type SteeredWaiter } from '../tasks/steered-waiter.ts';
import {
  candidateOf,
  everything,
  messagesOf,
  recruiterOf,
  startHiringApi,
  trailOf,
  type Problem,
  type Recruiter,
} from '../world.ts';

interface Resent {
  readonly inviteEmailStatus: string | null;
  readonly inviteEmailSentAt: string | null;
  readonly inviteEmailError: string | null;
  readonly retryAfterSeconds?: number;
}

describe('POST …/candidates/:candidateSessionId/invite/resend', () => {
  let api: TestApi;
  let recruiter: Recruiter;
  let simulation: MadeSimulation;
  let steered: SteeredWaiter;
  before(async () => {
    steered = await steeredWaiter();
    api = await startHiringApi({ app: { wait: steered.wait } });
    recruiter = await recruiterOf(api);
    simulation = await makeSimulation(recruiter.actor);
  });
  after(() => api.close());
  afterEach(() => {
    api.react(() => undefined);
    steered.setImpatient(false);
  });

  const resend = <Body = Resent>(
    { id }: Pick<MadeSession, 'id'>,
    { token }: Recruiter = recruiter,
    simulationId = simulation.id,
  ) => api.call<Body>('post', `/api/simulations/${simulationId}/candidates/${id}/invite/resend`, { token });
  /** As the mail's workflow does once the server has answered. */
  const settles = (status: 'sent' | 'failed', error: string | null = null) =>
    api.react(async ({ start }) => {
      if (start.kind !== 'email') return;
      const [email] = await api.database.rows<{ candidate_session_id: string }>(
        `update emails set status = $2::text, last_error = $3, sent_at = case when $2 = 'sent' then timestamptz '2026-01-02T03:04:05Z' end
         where id = $1 returning candidate_session_id`,
        [(start.input as { emailId: string }).emailId, status, error],
      );
      await api.database.rows(`select pg_notify('tenon', $1)`, [`session:${email?.candidate_session_id}`]);
    });
  const mailsOf = ({ id }: MadeSession) =>
    api.database.rows<{ to_address: string; session_generation: number }>(
      'select to_address, session_generation from emails where candidate_session_id = $1',
      [id],
    );

  it('mails the link of the present life and says what became of it', async () => {
    const made = await makeSession(simulation, { generation: 3 });
    settles('sent');
    const { status, body } = await resend(made);
    assert.equal(status, 200);
    assert.deepEqual(body, {
      inviteEmailStatus: 'sent',
      inviteEmailSentAt: '2026-01-02T03:04:05.000Z',
      inviteEmailError: null,
    });
    assert.deepEqual(await mailsOf(made), [{ to_address: made.session.inviteEmail, session_generation: 3 }]);
    assert.deepEqual(
      (await messagesOf(api.database, made.id)).map(({ start }) => start.kind),
      ['email'],
    );
    assert.deepEqual(
      (await trailOf(api.database, 'candidate_session', made.id)).map(({ action }) => action),
      ['candidate_session.invite_resent'],
    );
  });

  it('says why it could not be sent', async () => {
    settles('failed', 'no such mailbox '.repeat(30));
    const { body } = await resend(await makeSession(simulation));
    assert.equal(body.inviteEmailStatus, 'failed');
    assert.equal(body.inviteEmailError?.length, 200);
  });

  it('does not wait for a mail that takes long: it is seen in the list', async () => {
    const made = await makeSession(simulation);
    steered.setImpatient(true);
    const { status, body } = await resend(made);
    assert.equal(status, 200);
    assert.equal(steered.waits.at(-1)?.timeoutMs, 5_000);
    assert.deepEqual(body, { inviteEmailStatus: null, inviteEmailSentAt: null, inviteEmailError: null });
    assert.equal((await mailsOf(made)).length, 1);
  });

  it('within 30 s of the last mail sends nothing, and says when to ask again', async () => {
    const made = await makeSession(simulation);
    settles('sent');
    await resend(made);
    const before = await everything(api.database);
    const { status, body, headers } = await resend(made);
    assert.equal(status, 200);
    const { retryAfterSeconds = 0, ...rest } = body;
    assert.deepEqual(rest, {
      inviteEmailStatus: 'rate_limited',
      inviteEmailSentAt: '2026-01-02T03:04:05.000Z',
      inviteEmailError: null,
    });
    assert.ok(retryAfterSeconds >= 1 && retryAfterSeconds <= 30);
    assert.equal(headers.get('retry-after'), String(retryAfterSeconds));
    assert.deepEqual(await everything(api.database), before);
  });

  it('mails again half a minute later, by the database’s clock', async () => {
    const made = await makeSession(simulation);
    settles('sent');
    await resend(made);
    await api.database.rows(
      `update emails set created_at = created_at - interval '30 s' where candidate_session_id = $1`,
      [made.id],
    );
    assert.equal((await resend(made)).body.inviteEmailStatus, 'sent');
    assert.equal((await mailsOf(made)).length, 2);
  });

  it('sends also to somebody who has claimed already', async () => {
    settles('sent');
    const made = await makeSession(simulation, { claimedBy: candidateOf(api).identity });
    assert.equal((await resend(made)).body.inviteEmailStatus, 'sent');
  });

  for (const fields of [
    { status: 'revoked' },
    { status: 'expired' },
    { expiresAt: new Date('2020-01-01T00:00:00Z') },
  ] as const) {
    it(`says 409 for a session that has ended: ${JSON.stringify(fields)}`, async () => {
      const made = await makeSession(simulation, fields);
      const { status, body } = await resend<Problem>(made);
      assert.deepEqual([status, body.errorCode], [409, 'SESSION_ENDED']);
      assert.deepEqual(await mailsOf(made), []);
    });
  }

  it('says 404 for another’s simulation, and for a candidate of another simulation', async () => {
    const stranger = await recruiterOf(api);
    const made = await makeSession(simulation);
    const others = await resend<Problem>(made, stranger);
    assert.deepEqual([others.status, others.body.errorCode], [404, 'SIMULATION_NOT_FOUND']);
    const second = await makeSimulation(recruiter.actor);
    const elsewhere = await resend<Problem>(made, recruiter, second.id);
    assert.deepEqual([elsewhere.status, elsewhere.body.errorCode], [404, 'CANDIDATE_SESSION_NOT_FOUND']);
    assert.deepEqual(await mailsOf(made), []);
  });
});
