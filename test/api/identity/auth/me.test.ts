import assert from 'node:assert/strict';
import type { UserActor } from '../../../../domain/identity/actor.ts';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import { makeUser } from '../../../support/factories-identity.ts';

const PATHS = ['/users/me', '/api/v1/auth/me'];

describe('asking who one is', () => {
  let api: TestApi;
  let user: UserActor;
  before(async () => {
    api = await startTestApi();
    user = await makeUser({ roles: ['owner', 'recruiter'], password: 'x'.repeat(20) });
  });
  after(() => api.close());

  for (const path of PATHS) {
    it(`${path} gives the union of what the clients read, and nothing of the password`, async () => {
      const { status, body } = await api.call('get', path, { token: api.ownToken(user) });
      assert.equal(status, 200);
      const { created_at, last_active_at, ...rest } = body;
      assert.deepEqual(rest, {
        id: user.userId,
        email: user.email,
        name: user.name,
        tenant_id: user.orgId,
        org_id: user.orgSlug,
        role: 'recruiter',
        roles: ['owner', 'recruiter'],
        permissions: [...user.permissions],
        is_active: true,
        is_superuser: false,
        email_verified: true,
        must_change_password: false,
      });
      assert.ok(created_at);
      assert.equal(last_active_at, null);
    });

    it(`${path} wants a token: 401 without or with a bad one, 403 for a header that is no bearer`, async () => {
      for (const [authorization, status] of [
        [undefined, 401],
        ['Bearer', 403],
        ['Bearer ', 403],
        ['Basic YTpi', 403],
        ['Bearer abc', 401],
        ['bearer a.b.c', 401],
      ] as const) {
        const reply = await api.call('get', path, authorization === undefined ? {} : { headers: { authorization } });
        assert.equal(reply.status, status, authorization);
        if (status === 401) assert.match(reply.headers.get('www-authenticate') ?? '', /^Bearer/);
      }
    });

    it(`${path} serves an outside identity the same`, async () => {
      const { status, body } = await api.call('get', path, { token: api.recruiterToken(user.email) });
      assert.deepEqual([status, body['id']], [200, user.userId]);
      const candidate = await api.call('get', path, { token: api.candidateToken('c@example.com') });
      assert.deepEqual([candidate.status, candidate.body['detail']], [403, 'Recruiter access required']);
    });
  }

  it('/api/auth/me gives what the hiring client reads, with a number for an id', async () => {
    const { status, body } = await api.call('get', '/api/auth/me', { token: api.ownToken(user) });
    assert.equal(status, 200);
    assert.deepEqual(body, { id: user.userNumber, name: user.name, email: user.email, role: 'recruiter' });
  });

  it('of an account that is gone is 401', async () => {
    const gone = await makeUser({ orgId: user.orgId });
    const token = api.ownToken(gone);
    await api.database.rows('delete from users where id = $1', [gone.userId]);
    const { status, body } = await api.call('get', '/users/me', { token });
    assert.deepEqual([status, body['detail']], [401, 'User not found']);
  });
});
