import assert from 'node:assert/strict';
import type { TestApi } from '../../../support/api.ts';
import { eventually } from '../../../support/eventually.ts';
import {
  makeSession,
  makeSimulation,
  type MadeSession,
  type MadeSimulation,
} from '../../../support/factories-hiring.ts';
import { meanwhile } from '../../../support/meanwhile.ts';
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

interface Corrected {
  readonly candidateSessionId: number;
  readonly candidateName: string;
  readonly inviteEmail: string;
  readonly token: string;
  readonly inviteUrl: string;
  readonly expiresAt: string;
  readonly sessionWorkflowUrl: string;
}

describe('PATCH /api/simulations/:id/candidates/:candidateSessionId', () => {
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
  const freshEmail = (): string => `right${(counted += 1)}@test.example`;
  const correct = <Body = Corrected>(
    { id }: Pick<MadeSession, 'id'>,
    body: unknown,
    { token }: Recruiter = recruiter,
    simulationId = simulation.id,
  ) => api.call<Body>('patch', `/api/simulations/${simulationId}/candidates/${id}`, { token, body });
  const claim = (token: string, email: string) =>
    api.call<Problem>('post', `/api/candidate/session/${token}/verify`, { token: candidateOf(api, email).token });

  it('leaves the address to whoever is invited there at that moment', async () => {
    const made = await makeSession(simulation);
    const { inviteEmail } = made.session;
    const waiting = (count: number) =>
      eventually(`${count} requests that wait`, async () => {
        const [row] = await api.database.rows<{ n: number }>(
          `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        );
        return row?.n === count;
      });
    const holding = { sql: 'select from candidate_sessions where id = $1 for update', values: [made.id], waiting: 2 };
    const [corrected, invited] = await meanwhile(api.database, holding, async () => {
      const first = correct(made, { inviteEmail: freshEmail() });
      await waiting(1);
      const body = { candidateName: 'Bert', inviteEmail };
      const second = api.call('post', `/api/simulations/${simulation.id}/invite`, { token: recruiter.token, body });
      return Promise.all([first, second]);
    });
    assert.deepEqual([corrected.status, invited.status], [200, 201]);
    const sessions = await api.database.rows<{ id: string }>(
      'select id from candidate_sessions where simulation_id = $1 and invite_email = $2',
      [simulation.id, inviteEmail],
    );
    assert.equal(sessions.length, 1);
    assert.notEqual(sessions[0]?.id, made.id);
  });

  it('gives another address a link and a clock of its own, and mails it', async () => {
    const made = await makeSession(simulation, { candidateName: 'Ada' });
    const inviteEmail = freshEmail();
    const { status, body } = await correct(made, { inviteEmail: ` ${inviteEmail.toUpperCase()} ` });
    assert.equal(status, 200);
    assert.deepEqual([body.candidateName, body.inviteEmail], ['Ada', inviteEmail]);
    assert.notEqual(body.token, made.token);
    assert.ok(body.inviteUrl.endsWith(body.token));
    assert.ok(body.sessionWorkflowUrl.endsWith(`candidate-session%2F${made.id}%2F2`));
    const messages = await messagesOf(api.database, made.id);
    assert.deepEqual(
      messages.map(({ start, signal }) => [
        start.kind === 'candidate-session' ? start.workflowId : start.kind,
        signal?.name,
      ]),
      [
        [`candidate-session/${made.id}/1`, 'sessionChanged'],
        [`candidate-session/${made.id}/2`, undefined],
        ['email', undefined],
        ['workspace', undefined],
        ['workspace', undefined],
      ],
    );
    const [mail] = await api.database.rows('select to_address from emails where candidate_session_id = $1', [made.id]);
    assert.deepEqual(mail, { to_address: inviteEmail });
  });

  it('ends the link that went to the wrong address: also its owner cannot claim with it', async () => {
    const made = await makeSession(simulation);
    const inviteEmail = freshEmail();
    const { body } = await correct(made, { inviteEmail });
    assert.equal((await claim(made.token, made.session.inviteEmail)).status, 404);
    assert.equal((await claim(body.token, made.session.inviteEmail)).status, 404);
    assert.equal((await claim(body.token, inviteEmail)).status, 200);
  });

  it('changes a name and nothing else', async () => {
    const made = await makeSession(simulation, { candidateName: 'Ada' });
    const { body } = await correct(made, { candidateName: 'Ada Lovelace', inviteEmail: made.session.inviteEmail });
    assert.deepEqual([body.candidateName, body.token], ['Ada Lovelace', made.token]);
    assert.deepEqual(await messagesOf(api.database, made.id), []);
    const [entry, ...more] = await trailOf(api.database, 'candidate_session', made.id);
    assert.deepEqual(more, []);
    assert.equal(entry?.action, 'candidate_session.invitee_corrected');
  });

  it('writes nothing when nothing is different', async () => {
    const made = await makeSession(simulation);
    const before = await everything(api.database);
    assert.equal((await correct(made, { inviteEmail: made.session.inviteEmail })).status, 200);
    assert.deepEqual(await everything(api.database), before);
  });

  it('refuses an address that another invite of the simulation goes to', async () => {
    const [made, other] = [await makeSession(simulation), await makeSession(simulation)];
    const before = await everything(api.database);
    const { status, body } = await correct<Problem>(made, { inviteEmail: other.session.inviteEmail });
    assert.deepEqual([status, body.errorCode], [409, 'CANDIDATE_INVITED_ALREADY']);
    assert.deepEqual(await everything(api.database), before);
  });

  it('says 409 once it is claimed, and once it has ended', async () => {
    for (const [fields, code] of [
      [{ claimedBy: candidateOf(api).identity }, 'SESSION_CLAIMED'],
      [{ claimedBy: candidateOf(api).identity, status: 'completed' }, 'SESSION_ENDED'],
      [{ status: 'revoked' }, 'SESSION_ENDED'],
      [{ status: 'expired' }, 'SESSION_ENDED'],
      [{ expiresAt: new Date('2020-01-01T00:00:00Z') }, 'SESSION_ENDED'],
    ] as const) {
      const { status, body } = await correct<Problem>(await makeSession(simulation, fields), {
        inviteEmail: freshEmail(),
      });
      assert.deepEqual([status, body.errorCode], [409, code]);
    }
  });

  it('says 422 to nothing, and to what is no address', async () => {
    const made = await makeSession(simulation);
    for (const body of [{}, { inviteEmail: 'nobody' }, { candidateName: '' }, { inviteEmail: null }]) {
      assert.equal((await correct(made, body)).status, 422, JSON.stringify(body));
    }
  });

  it('says 404 for another’s simulation, and for a candidate of another simulation', async () => {
    const made = await makeSession(simulation);
    const wanted = { inviteEmail: freshEmail() };
    const others = await correct<Problem>(made, wanted, await recruiterOf(api));
    assert.deepEqual([others.status, others.body.errorCode], [404, 'SIMULATION_NOT_FOUND']);
    const second = await makeSimulation(recruiter.actor);
    const elsewhere = await correct<Problem>(made, wanted, recruiter, second.id);
    assert.deepEqual([elsewhere.status, elsewhere.body.errorCode], [404, 'CANDIDATE_SESSION_NOT_FOUND']);
  });
});
