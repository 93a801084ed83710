import assert from 'node:assert/strict';
import type { TestApi } from '../../../support/api.ts';
import {
  makeSession,
  makeSimulation,
  type MadeSession,
  type MadeSimulation,
} from '../../../support/factories-hiring.ts';
import { candidateOf, everything, recruiterOf, startHiringApi, type Candidate, type Problem } from '../world.ts';

const LONG_AGO = new Date('2020-01-01T00:00:00Z');

for (const [method, tail] of [
  ['post', '/verify'],
  ['post', '/claim'],
  ['get', ''],
] as const) {
  describe(`${method.toUpperCase()} /api/candidate/session/:token${tail}, refused`, () => {
    let api: TestApi;
    let simulation: MadeSimulation;
    before(async () => {
      api = await startHiringApi();
      simulation = await makeSimulation((await recruiterOf(api)).actor);
    });
    after(() => api.close());

    const claim = ({ token: invite }: Pick<MadeSession, 'token'>, { token }: Candidate) =>
      api.call<Problem>(method, `/api/candidate/session/${invite}${tail}`, { token });

    /** The claim is refused with these words and nothing at all is written. */
    async function refuses(made: Pick<MadeSession, 'token'>, who: Candidate, status: number, detail: string) {
      const before = await everything(api.database);
      const reply = await claim(made, who);
      assert.equal(reply.status, status);
      assert.equal(reply.body.detail, detail);
      assert.deepEqual(await everything(api.database), before);
      return reply.body;
    }

    // In the order of contracts/hiring.md section 4.
    it('404 for an unknown token', async () => {
      const problem = await refuses({ token: 'x'.repeat(43) }, candidateOf(api), 404, 'Invalid invite token');
      assert.equal(problem.errorCode, 'INVITE_TOKEN_UNKNOWN');
    });

    it('410 for an expired one, whoever asks', async () => {
      const ada = candidateOf(api);
      for (const fields of [
        { status: 'expired' },
        { expiresAt: LONG_AGO },
        { claimedBy: ada.identity, status: 'expired' },
        { claimedBy: ada.identity, expiresAt: LONG_AGO },
      ] as const) {
        const made = await makeSession(simulation, { inviteEmail: candidateOf(api).email, ...fields });
        for (const who of [ada, candidateOf(api), candidateOf(api, undefined, { email_verified: false })]) {
          const problem = await refuses(made, who, 410, 'Invite token expired');
          assert.equal(problem.errorCode, 'INVITE_TOKEN_EXPIRED');
        }
      }
    });

    it('410 for a revoked one, whoever asks', async () => {
      const ada = candidateOf(api);
      const made = await makeSession(simulation, { claimedBy: ada.identity, status: 'revoked' });
      for (const who of [ada, candidateOf(api)]) {
        const problem = await refuses(made, who, 410, 'Invite revoked');
        assert.equal(problem.errorCode, 'INVITE_REVOKED');
      }
    });

    it('404 for one that somebody else has claimed, also to an unverified address', async () => {
      const ada = candidateOf(api);
      const made = await makeSession(simulation, { claimedBy: ada.identity });
      const sameAddress = { ...ada, token: api.candidateToken(ada.email, { sub: 'test|somebody-else' }) };
      const unverified = {
        ...ada,
        token: api.candidateToken(ada.email, { sub: 'test|somebody-else', email_verified: false }),
      };
      for (const who of [sameAddress, unverified, candidateOf(api)]) {
        const problem = await refuses(made, who, 404, 'Candidate session not found');
        assert.equal(problem.errorCode, 'CANDIDATE_SESSION_NOT_FOUND');
      }
    });

    it('403 for an unverified address before it is compared', async () => {
      const eve = candidateOf(api, undefined, { email_verified: false });
      const problem = await refuses(await makeSession(simulation), eve, 403, 'Email verification required');
      assert.equal(problem.errorCode, 'EMAIL_NOT_VERIFIED');
    });

    it('404 for the wrong address', async () => {
      await refuses(await makeSession(simulation), candidateOf(api), 404, 'Candidate session not found');
    });

    for (const [name, token, status] of [
      ['19 characters', 'x'.repeat(19), 422],
      ['20 characters', 'x'.repeat(20), 404],
      ['255 characters', 'x'.repeat(255), 404],
      ['256 characters', 'x'.repeat(256), 422],
      ['odd characters', encodeURIComponent('ü'.repeat(30)), 404],
      ['a NUL in it', `${'x'.repeat(30)}%00`, 422],
    ] as const) {
      it(`answers ${status} to a token of ${name}`, async () => {
        const reply = await claim({ token }, candidateOf(api));
        assert.equal(reply.status, status);
        if (status === 422) assert.deepEqual(reply.body.issues[0]?.loc, ['path', 'token']);
      });
    }
  });
}
