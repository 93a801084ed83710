import assert from 'node:assert/strict';
import type { UserActor } from '../../../../domain/identity/actor.ts';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import { makeOrganization, makeUser } from '../../../support/factories-identity.ts';

interface Entry {
  readonly action: string;
  readonly actor: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
}

describe('the organisation that a request is for', () => {
  let api: TestApi;
  let member: UserActor;
  let superuser: UserActor;
  let other: { readonly id: string; readonly slug: string; readonly member: UserActor };
  before(async () => {
    api = await startTestApi();
    member = await makeUser({ roles: ['owner'] });
    superuser = await makeUser({ roles: ['employee'], isSuperuser: true });
    const org = await makeOrganization();
    other = { ...org, member: await makeUser({ orgId: org.id, roles: ['employee'] }) };
  });
  after(() => api.close());

  const list = (actor: UserActor, headers: Readonly<Record<string, string>> = {}) =>
    api.call<{ items?: { user: { id: string } }[]; detail?: string; errorCode?: string }>('get', '/api/v1/org/users', {
      token: api.ownToken(actor),
      headers,
    });
  const trailOf = async (orgId: string): Promise<Entry[]> => {
    const rows = await api.database.rows<{ body: string }>(
      'select body from audit_entries where org_id = $1 order by seq',
      [orgId],
    );
    return rows.map(({ body }) => JSON.parse(body) as Entry);
  };

  it('is the token’s, with or without a header that says the same by slug or id, in any case', async () => {
    for (const header of [undefined, member.orgSlug, member.orgId, ` ${member.orgId.toUpperCase()} `]) {
      const { status, body } = await list(member, header === undefined ? {} : { 'x-org-id': header });
      assert.equal(status, 200, header);
      assert.deepEqual(
        body.items?.map(({ user }) => user.id),
        [member.userId],
      );
    }
  });

  it('cannot be another, whether that is there or not', async () => {
    for (const header of [other.slug, other.id, 'no-such-org']) {
      const { status, body } = await list(member, { 'x-org-id': header });
      assert.deepEqual([status, body.detail], [403, 'Tenant header does not match token']);
    }
  });

  it('is told by no other header, and the header must be one that can be', async () => {
    assert.equal((await list(member, { 'x-tenant-id': other.slug })).status, 200);
    const { status, body } = await list(member, { 'x-org-id': 'Not Possible' });
    assert.deepEqual([status, body.detail], [400, 'Invalid tenant id format: Not Possible']);
  });

  it('comes after the token: without one, the answer is 401 whatever the header says', async () => {
    const { status } = await api.call('get', '/api/v1/org/users', { headers: { 'x-org-id': '!' } });
    assert.equal(status, 401);
  });

  it('can be any for a superuser, whose entering is in its trail before anything else', async () => {
    for (const header of [other.slug, other.id]) {
      const { status, body } = await list(superuser, { 'x-org-id': header });
      assert.equal(status, 200);
      assert.deepEqual(
        body.items?.map(({ user }) => user.id),
        [other.member.userId],
      );
    }
    const entry = (await trailOf(other.id)).at(-1);
    assert.equal(entry?.action, 'organization.entered');
    assert.deepEqual(entry.actor, {
      kind: 'user',
      id: superuser.userId,
      email: superuser.email,
      homeOrgId: superuser.orgId,
    });
    assert.deepEqual(entry.after, { method: 'GET', route: '/api/v1/org/users', homeOrg: superuser.orgSlug });
    const unknown = await list(superuser, { 'x-org-id': 'no-such-org' });
    assert.deepEqual([unknown.status, unknown.body.detail], [404, 'Org not found: no-such-org']);
  });

  it('entered by a superuser is changed under the superuser’s name', async () => {
    const { status } = await api.call('post', '/api/v1/roles', {
      token: api.ownToken(superuser),
      headers: { 'x-org-id': other.slug },
      body: { name: 'made from outside', permissions: ['users.read'] },
    });
    assert.equal(status, 201);
    const entry = (await trailOf(other.id)).at(-1);
    assert.deepEqual([entry?.action, entry?.actor['homeOrgId']], ['role.created', superuser.orgId]);
  });

  it('entered by a superuser gets nothing that would need an account there', async () => {
    const call = (path: string, body: object) =>
      api.call('post', path, { token: api.ownToken(superuser), headers: { 'x-org-id': other.slug }, body });
    const simulation = { title: 'T', role: 'R', techStack: 'S', seniority: 'Mid' };
    assert.equal((await call('/api/simulations', simulation)).status, 403);
    assert.equal((await call('/api/v1/api-keys', { name: 'k', permissions: ['users.read'] })).status, 403);
  });

  it('does not change who a superuser is: what is one’s own stays at home', async () => {
    for (const path of ['/api/v1/auth/me', '/users/me', '/api/v1/self/profile']) {
      const { status, body } = await api.call('get', path, {
        token: api.ownToken(superuser),
        headers: { 'x-org-id': other.slug },
      });
      assert.equal(status, 200);
      assert.match(JSON.stringify(body), new RegExp(superuser.userId));
      assert.doesNotMatch(JSON.stringify(body), new RegExp(other.id));
    }
  });

  it('is found by an outside superuser’s token too', async () => {
    const token = api.recruiterToken(superuser.email);
    assert.equal((await api.call('get', '/api/v1/org/users', { token })).status, 200);
    const crossed = await api.call('get', '/api/v1/org/users', { token, headers: { 'x-org-id': other.slug } });
    assert.equal(crossed.status, 200);
    assert.equal((await trailOf(other.id)).at(-1)?.action, 'organization.entered');
  });
});
