import assert from 'node:assert/strict';
import type { UserActor } from '../../../../domain/identity/actor.ts';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import { goodPassword, makeUser } from '../../../support/factories-identity.ts';
import { mailedTokens } from '../auth/world.ts';

describe('POST /api/v1/orgs', () => {
  let api: TestApi;
  let superuser: UserActor;
  before(async () => {
    api = await startTestApi();
    superuser = await makeUser({ isSuperuser: true, email: 'root@example.com' });
  });
  after(() => api.close());

  const create = (body: object, actor = superuser) =>
    api.call('post', '/api/v1/orgs', { token: api.ownToken(actor), body });

  it('creates an organisation with an invited owner, who can then do everything in it', async () => {
    const { status, body } = await create({ name: ' New  Co ', owner_email: 'Boss@New.example', owner_name: 'Boss' });
    assert.equal(status, 201);
    const { id, created_at, ...rest } = body;
    assert.deepEqual(rest, { org_id: 'new-co', name: 'New Co', slug: 'new-co' });
    assert.ok(created_at);
    const [token] = await mailedTokens(api, 'boss@new.example', 'accept_invitation');
    const accepted = await api.call('post', '/api/v1/auth/accept-invitation', {
      body: { token, password: goodPassword },
    });
    const me = await api.call('get', '/users/me', { token: String(accepted.body['access_token']) });
    assert.deepEqual([me.body['tenant_id'], me.body['name'], me.body['roles']], [id, 'Boss', ['owner']]);
    const [entry] = await api.database.rows<{ body: string }>(
      `select body from audit_entries where org_id = $1 and action = 'organization.created'`,
      [id],
    );
    const { actor } = JSON.parse(entry?.body ?? '{}') as { actor: object };
    assert.deepEqual(actor, {
      kind: 'user',
      id: superuser.userId,
      email: 'root@example.com',
      homeOrgId: superuser.orgId,
    });
  });

  it('makes the creator its owner where nobody is named, with an account of its own', async () => {
    const { body } = await create({ name: 'Mine' });
    const rows = await api.database.rows('select email from users where org_id = $1', [body['id']]);
    assert.deepEqual(rows, [{ email: 'root@example.com' }]);
  });

  it('takes the slug that it is given, and refuses one or a name that is taken', async () => {
    assert.equal((await create({ name: 'Given', org_id: ' Given-Slug ' })).body['slug'], 'given-slug');
    const slug = await create({ name: 'Other', org_id: 'given-slug' });
    assert.deepEqual([slug.status, slug.body['errorCode']], [400, 'ORG_SLUG_TAKEN']);
    const name = await create({ name: 'Given', org_id: 'another' });
    assert.deepEqual([name.status, name.body['errorCode']], [400, 'ORG_NAME_TAKEN']);
    assert.equal((await create({ name: 'Given!' })).body['slug'], 'given');
    for (const bad of [
      {},
      { name: '' },
      { name: 'X', org_id: 'x' },
      { name: 'X', org_id: 'a b' },
      { name: 'X', org_id: 'aa', slug: 'bb' },
    ]) {
      assert.equal((await create(bad)).status, 422, JSON.stringify(bad));
    }
  });

  it('is for superusers alone', async () => {
    const owner = await makeUser({ roles: ['owner'] });
    assert.equal((await create({ name: 'Not mine' }, owner)).status, 403);
    assert.deepEqual(await api.database.rows(`select id from organizations where name = 'Not mine'`), []);
  });
});
