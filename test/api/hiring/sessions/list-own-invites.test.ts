import assert from 'node:assert/strict';
import type { TestApi } from '../../../support/api.ts';
import { makeProgress, makeSession, makeSimulation } from '../../../support/factories-hiring.ts';
import { candidateOf, recruiterOf, startHiringApi, type Candidate } from '../world.ts';

interface Shown {
  readonly candidateSessionId: number;
  readonly status: string;
  readonly isExpired: boolean;
  readonly inviteToken: string | null;
}

describe('GET /api/candidate/invites', () => {
  let api: TestApi;
  before(async () => {
    api = await startHiringApi();
  });
  after(() => api.close());

  const list = ({ token }: Candidate) => api.call<Shown[]>('get', '/api/candidate/invites', { token });
  const idsOf = (shown: readonly Shown[]) => shown.map(({ candidateSessionId }) => candidateSessionId);

  it('is empty for who was invited to nothing', async () => {
    const { status, body } = await list(candidateOf(api));
    assert.deepEqual([status, body], [200, []]);
  });

  it('shows each of the contract’s fields of what waits at the address', async () => {
    const ada = candidateOf(api);
    const { actor } = await recruiterOf(api);
    const simulation = await makeSimulation(actor, { title: 'Payments' });
    const made = await makeSession(simulation, { inviteEmail: ada.email });
    const [organization] = await api.database.rows<{ name: string }>('select name from organizations where id = $1', [
      actor.orgId,
    ]);
    const { body } = await list(ada);
    assert.deepEqual(body, [
      {
        candidateSessionId: Number(made.id),
        simulationId: Number(simulation.id),
        simulationTitle: 'Payments',
        role: 'Backend Engineer',
        companyName: organization?.name,
        status: 'not_started',
        progress: { completed: 0, total: 5 },
        lastActivityAt: null,
        inviteCreatedAt: made.session.invitedAt.toISOString(),
        expiresAt: made.session.expiresAt.toISOString(),
        inviteToken: made.token,
        isExpired: false,
      },
    ]);
    const claimed = await api.call('post', `/api/candidate/session/${made.token}/verify`, { token: ada.token });
    assert.equal(claimed.status, 200, 'the token is the invite’s');
  });

  it('shows progress and the last thing done', async () => {
    const ada = candidateOf(api);
    const made = await makeSession(await makeSimulation((await recruiterOf(api)).actor), { claimedBy: ada.identity });
    const claimedAt = made.session.claimedAt?.toISOString();
    const of = async () => (await list(ada)).body[0];
    assert.deepEqual({ ...(await of()) }, { ...(await of()), status: 'in_progress', lastActivityAt: claimedAt });
    const submissions = await makeProgress(made, 3);
    const last = submissions.at(-1)?.submittedAt.toISOString();
    const progress = { completed: submissions.length, total: 5 };
    assert.deepEqual({ ...(await of()) }, { ...(await of()), progress, lastActivityAt: last });
  });

  it('goes over every organisation, newest first, and shows nobody else’s', async () => {
    const ada = candidateOf(api);
    const made = [];
    for (const daysAgo of [3, 1, 2]) {
      const simulation = await makeSimulation((await recruiterOf(api)).actor);
      const invitedAt = new Date(Date.now() - daysAgo * 86_400_000);
      made.push(await makeSession(simulation, { inviteEmail: ada.email, invitedAt }));
      await makeSession(simulation);
    }
    const { body } = await list(ada);
    assert.deepEqual(
      idsOf(body),
      [made[1], made[2], made[0]].map((session) => Number(session?.id)),
    );
  });

  it('shows what one has claimed under another address, and not what another has claimed at one’s own', async () => {
    const [ada, bert] = [candidateOf(api), candidateOf(api)];
    const simulation = await makeSimulation((await recruiterOf(api)).actor);
    const moved = await makeSession(simulation, { claimedBy: ada.identity, inviteEmail: 'old-address@test.example' });
    await makeSession(simulation, { claimedBy: bert.identity, inviteEmail: ada.email });
    assert.deepEqual(idsOf((await list(ada)).body), [Number(moved.id)]);
  });

  it('shows what has expired as such, the moment before it is written too, and nothing that was revoked', async () => {
    const ada = candidateOf(api);
    const { actor } = await recruiterOf(api);
    const long = new Date('2020-01-01T00:00:00Z');
    for (const fields of [{ status: 'expired' }, { expiresAt: long }, { status: 'revoked' }, {}] as const) {
      await makeSession(await makeSimulation(actor), { inviteEmail: ada.email, ...fields });
    }
    const { body } = await list(ada);
    const shown = body.map(({ status, isExpired }) => `${status} ${isExpired}`);
    assert.deepEqual(
      shown.toSorted((a, b) => a.localeCompare(b)),
      ['expired true', 'expired true', 'not_started false'],
    );
  });

  it('shows an invite whose link has ended and whose key was put away, without the link', async () => {
    const ada = candidateOf(api);
    const { actor } = await recruiterOf(api);
    const old = await makeSession(await makeSimulation(actor), { inviteEmail: ada.email, status: 'expired' });
    await makeSession(await makeSimulation(actor), { inviteEmail: ada.email });
    await api.database.rows(`update candidate_sessions set token_key_id = 'put-away' where id = $1`, [old.id]);
    const { status, body } = await list(ada);
    assert.deepEqual([status, body.map(({ inviteToken }) => inviteToken === null)], [200, [false, true]]);
  });

  it('shows an address that is said to be unverified only what was claimed', async () => {
    const simulation = await makeSimulation((await recruiterOf(api)).actor);
    const unverified = candidateOf(api, undefined, { email_verified: false });
    await makeSession(simulation, { inviteEmail: unverified.email });
    assert.deepEqual((await list(unverified)).body, []);
    const claimed = await makeSession(await makeSimulation((await recruiterOf(api)).actor), {
      claimedBy: unverified.identity,
    });
    assert.deepEqual(idsOf((await list(unverified)).body), [Number(claimed.id)]);
  });

  it('says 403 to a recruiter and 401 to nobody', async () => {
    const { token } = await recruiterOf(api);
    assert.equal((await api.call('get', '/api/candidate/invites', { token })).status, 403);
    assert.equal((await api.call('get', '/api/candidate/invites')).status, 401);
  });
});
