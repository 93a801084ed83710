import assert from 'node:assert/strict';
import type { SessionStatus } from '../../../../domain/hiring/session.ts';
import type { TestApi } from '../../../support/api.ts';
import {
  makeSession,
  makeSimulation,
  type MadeSession,
  type MadeSimulation,
} from '../../../support/factories-hiring.ts';
import { makeOrganization } from '../../../support/factories-identity.ts';
import {
  candidateOf,
  everything,
  messagesOf,
  recruiterOf,
  startHiringApi,
  trailOf,
  whileRefusing,
  type Candidate,
  type Problem,
} from '../world.ts';

interface Claimed {
  readonly candidateSessionId: number;
  readonly status: SessionStatus;
  readonly startedAt: string | null;
  readonly completedAt: string | null;
  readonly expiresAt: string;
}

const LONG_AGO = new Date('2020-01-01T00:00:00Z');
const DAY_MS = 86_400_000;

for (const [method, tail] of [
  ['post', '/verify'],
  ['post', '/claim'],
  ['get', ''],
] as const) {
  describe(`${method.toUpperCase()} /api/candidate/session/:token${tail}`, () => {
    let api: TestApi;
    let simulation: MadeSimulation;
    before(async () => {
      api = await startHiringApi();
      simulation = await makeSimulation((await recruiterOf(api)).actor, { title: 'Backend hire', role: 'SRE' });
    });
    after(() => api.close());

    const claim = <Body = Claimed>({ token: invite }: Pick<MadeSession, 'token'>, { token }: Candidate) =>
      api.call<Body>(method, `/api/candidate/session/${invite}${tail}`, { token });

    it('claims: the status, the start and the work window begin now', async () => {
      const ada = candidateOf(api);
      const made = await makeSession(simulation, { inviteEmail: ada.email, candidateName: 'Ada' });
      const earliest = Date.now() - 1_000;
      const { status, body } = await claim(made, ada);
      assert.equal(status, 200);
      const startedAt = Date.parse(body.startedAt ?? '');
      assert.ok(startedAt >= earliest && startedAt <= Date.now() + 1_000);
      assert.deepEqual(body, {
        candidateSessionId: Number(made.id),
        status: 'in_progress',
        startedAt: body.startedAt,
        completedAt: null,
        expiresAt: new Date(startedAt + 5 * DAY_MS).toISOString(),
        candidateName: 'Ada',
        simulation: { id: Number(simulation.id), title: 'Backend hire', role: 'SRE' },
      });
      const [row] = await api.database.rows(
        `select candidate_sub, candidate_issuer, candidate_email, claimed_at = started_at as "together"
         from candidate_sessions where id = $1`,
        [made.id],
      );
      assert.deepEqual(row, {
        candidate_sub: ada.identity.subject,
        candidate_issuer: ada.identity.issuer,
        candidate_email: ada.email,
        together: true,
      });
    });

    it('records the claim under the candidate’s name and tells the clock, without token or address', async () => {
      const ada = candidateOf(api);
      const made = await makeSession(simulation, { inviteEmail: ada.email });
      const { body } = await claim(made, ada);
      assert.deepEqual(
        (await trailOf(api.database, 'candidate_session', made.id)).map(({ action, actor, after }) => ({
          action,
          actor,
          after,
        })),
        [
          {
            action: 'candidate_session.claimed',
            actor: { kind: 'candidate', id: `${ada.identity.issuer}|${ada.identity.subject}`, email: ada.email },
            after: { startedAt: body.startedAt, expiresAt: body.expiresAt },
          },
        ],
      );
      const messages = await messagesOf(api.database, made.id);
      assert.deepEqual(
        messages.map(({ start, signal }) => [start.workflowId, start.input, signal]),
        [
          [
            `candidate-session/${made.id}/1`,
            { orgId: made.orgId, sessionId: made.id, generation: 1 },
            { name: 'sessionChanged' },
          ],
        ],
      );
      const told = JSON.stringify(messages);
      assert.ok(!told.includes(made.token) && !told.includes(ada.email));
    });

    it('gives the same again and writes nothing, however often', async () => {
      const ada = candidateOf(api);
      const made = await makeSession(simulation, { inviteEmail: ada.email });
      const first = await claim(made, ada);
      const before = await everything(api.database);
      for (let count = 0; count < 3; count += 1) {
        const { status, body } = await claim(made, ada);
        assert.equal(status, 200);
        assert.deepEqual(body, first.body);
      }
      assert.deepEqual(await everything(api.database), before);
    });

    it('lets the identity decide once claimed: another address of the same person is still theirs', async () => {
      const ada = candidateOf(api);
      const made = await makeSession(simulation, { inviteEmail: ada.email });
      await claim(made, ada);
      const moved = { ...ada, token: api.candidateToken('new@test.example', { sub: ada.identity.subject }) };
      assert.equal((await claim(made, moved)).status, 200);
      const unverified = { ...ada, token: api.candidateToken(ada.email, { email_verified: false }) };
      assert.equal((await claim(made, unverified)).status, 200);
    });

    it('compares the address without regard to case and blanks', async () => {
      const ada = candidateOf(api, ' ADA.Case@Test.Example ');
      const made = await makeSession(simulation, { inviteEmail: 'ada.case@test.example' });
      assert.equal((await claim(made, ada)).status, 200);
    });

    it('takes an address that is not said to be verified or not', async () => {
      const ada = candidateOf(api, undefined, { email_verified: null });
      const made = await makeSession(simulation, { inviteEmail: ada.email });
      assert.equal((await claim(made, ada)).status, 200);
    });

    it('lets a completed session be opened again, also long after its time', async () => {
      const ada = candidateOf(api);
      const made = await makeSession(simulation, {
        claimedBy: ada.identity,
        status: 'completed',
        expiresAt: LONG_AGO,
      });
      const before = await everything(api.database);
      const { status, body } = await claim(made, ada);
      assert.equal(status, 200);
      assert.equal(body.status, 'completed');
      assert.equal(body.startedAt, made.session.startedAt?.toISOString());
      assert.equal(body.completedAt, made.session.completedAt?.toISOString());
      assert.deepEqual(await everything(api.database), before);
    });

    for (const [name, ofSimulation, seconds] of [
      ['the organisation’s', null, 7_200],
      ['the simulation’s own before the organisation’s', 60, 60],
    ] as const) {
      it(`gives ${name} work window`, async () => {
        const { id: orgId } = await makeOrganization({ workWindowSeconds: 7_200 });
        const { actor } = await recruiterOf(api, { orgId });
        const own = await makeSimulation(actor, { workWindowSeconds: ofSimulation });
        const ada = candidateOf(api);
        const { body } = await claim(await makeSession(own, { inviteEmail: ada.email }), ada);
        assert.equal(Date.parse(body.expiresAt) - Date.parse(body.startedAt ?? ''), seconds * 1000);
      });
    }

    it('makes one claim of six at once, with one start', async () => {
      const ada = candidateOf(api);
      const made = await makeSession(simulation, { inviteEmail: ada.email });
      const replies = await Promise.all(Array.from({ length: 6 }, () => claim(made, ada)));
      assert.ok(replies.every(({ status }) => status === 200));
      assert.equal(new Set(replies.map(({ body }) => JSON.stringify(body))).size, 1);
      assert.equal((await trailOf(api.database, 'candidate_session', made.id)).length, 1);
      assert.equal((await messagesOf(api.database, made.id)).length, 1);
    });

    it('gives the session to one of two people with the same address, the other hears 404', async () => {
      const ada = candidateOf(api);
      const twin = { ...ada, token: api.candidateToken(ada.email, { sub: 'test|twin' }) };
      const made = await makeSession(simulation, { inviteEmail: ada.email });
      const replies = await Promise.all([claim<Problem>(made, ada), claim<Problem>(made, twin)]);
      assert.deepEqual(
        replies.map(({ status }) => status).sort((a, b) => a - b),
        [200, 404],
      );
      assert.equal((await trailOf(api.database, 'candidate_session', made.id)).length, 1);
    });

    it('leaves nothing when the commit fails', async () => {
      const ada = candidateOf(api);
      const made = await makeSession(simulation, { inviteEmail: ada.email });
      const before = await everything(api.database);
      const { status } = await whileRefusing(api.database, 'audit_entries', () => claim<Problem>(made, ada));
      assert.equal(status, 500);
      assert.deepEqual(await everything(api.database), before);
      assert.equal((await claim(made, ada)).status, 200);
    });
  });
}
