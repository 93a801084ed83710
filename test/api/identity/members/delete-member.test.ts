import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { PresentedMember } from '../../../../api/identity/members/presenter.ts';
import type { Page } from '../../../../api/pages.ts';
import type { UserActor } from '../../../../domain/identity/actor.ts';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import { makeSimulation } from '../../../support/factories-hiring.ts';
import { goodPassword, makeUser } from '../../../support/factories-identity.ts';
import { everything } from '../../hiring/world.ts';
import { login, mailedTokens } from '../auth/world.ts';
import { assertRefused, callerAs, entriesOn, keyOf, named, USERS } from './world.ts';

describe('DELETE /api/v1/org/users/:membershipId', () => {
  let api: TestApi;
  let owner: UserActor;
  beforeEach(async () => {
    api = await startTestApi();
    owner = await makeUser({ roles: ['owner'] });
  });
  afterEach(() => api.close());

  const remove = (id: string, as = owner) => callerAs(api, as)('delete', `${USERS}/${id}`);

  it('answers nothing; after that the account is not there', async () => {
    const ada = await makeUser({ orgId: owner.orgId, roles: ['viewer'] });
    const { status, body } = await remove(ada.userId);
    assert.deepEqual([status, body], [204, '']);
    for (const method of ['get', 'delete'] as const) {
      assertRefused(await callerAs(api, owner)(method, `${USERS}/${ada.userId}`), 404, 'USER_NOT_FOUND');
    }
    const { body: list } = await callerAs(api, owner)<Page<PresentedMember>>('get', USERS);
    assert.deepEqual(
      list.items.map(({ user }) => user.id),
      [owner.userId],
    );
  });

  it('ends every way in at once, and leaves no session, key, role or link', async () => {
    const { orgId } = owner;
    const ada = await makeUser({ orgId, email: 'ada@example.com', password: goodPassword, roles: ['recruiter'] });
    const { body: tokens } = await login(api, ada.email, goodPassword);
    const key = await keyOf(api, ada, 'simulations.read');
    await api.call('post', '/api/v1/auth/forgot-password', { body: { email: ada.email } });
    const [link = ''] = await mailedTokens(api, ada.email, 'reset_password');
    assert.equal((await remove(ada.userId)).status, 204);
    const knock = async (token: string) => (await api.call('get', '/users/me', { token })).status;
    assert.deepEqual([await knock(tokens.access_token), await knock(key)], [401, 401]);
    const { refresh_token } = tokens;
    assert.equal((await api.call('post', '/api/v1/auth/refresh', { body: { refresh_token } })).status, 401);
    assert.equal((await login(api, ada.email, goodPassword)).status, 401);
    const reset = { token: link, password: goodPassword };
    assert.equal((await api.call('post', '/api/v1/auth/reset-password', { body: reset })).status, 400);
    for (const table of ['auth_sessions', 'api_keys', 'user_roles', 'account_links']) {
      const rows = await api.database.rows(`select 1 from ${table} where user_id = $1`, [ada.userId]);
      assert.deepEqual(rows, [], table);
    }
  });

  it('makes the e-mail and the employee id free again', async () => {
    const ada = { email: 'ada@example.com', employee_id: 'E-1' };
    const first = await callerAs(api, owner)('post', USERS, ada);
    assert.equal((await remove(first.body.user.id)).status, 204);
    const second = await callerAs(api, owner)<PresentedMember & { user_status: string }>('post', USERS, ada);
    assert.deepEqual([second.status, second.body.user_status], [201, 'new']);
    assert.notEqual(second.body.user.id, first.body.user.id);
  });

  it('is in the trail with whom it was, and what the account did before stays there', async () => {
    const ada = await makeUser({ orgId: owner.orgId, name: 'Ada', roles: ['viewer', 'hr'] });
    await remove(ada.userId);
    const [created, deleted, ...more] = await entriesOn(api.database, ada.userId);
    assert.equal(created?.action, 'user.created');
    assert.deepEqual(deleted, {
      action: 'user.deleted',
      actor: named(owner),
      before: { email: ada.email, name: 'Ada', roles: ['hr', 'viewer'] },
    });
    assert.deepEqual(more, []);
  });

  it('keeps who has made simulations: these need their maker', async () => {
    const ada = await makeUser({ orgId: owner.orgId, roles: ['recruiter'] });
    await makeSimulation(ada);
    const before = await everything(api.database);
    const reply = await remove(ada.userId);
    assertRefused(reply, 409, 'USER_HAS_WORK');
    assert.match(reply.body.detail ?? '', /deactivate the account instead/);
    assert.deepEqual(await everything(api.database), before);
  });

  it('of oneself is refused', async () => {
    await makeUser({ orgId: owner.orgId, roles: ['owner'] });
    const before = await everything(api.database);
    assertRefused(await remove(owner.userId), 403, 'FORBIDDEN');
    assert.deepEqual(await everything(api.database), before);
  });

  it('knows nobody of another organisation, and wants a uuid', async () => {
    const stranger = await makeUser();
    for (const id of [stranger.userId, randomUUID()]) assertRefused(await remove(id), 404, 'USER_NOT_FOUND');
    assertRefused(await remove('no-uuid'), 422, 'VALIDATION_ERROR');
    assert.equal((await callerAs(api, stranger)('get', `${USERS}/${stranger.userId}`)).status, 200);
  });

  it('twice at once deletes once', async () => {
    const ada = await makeUser({ orgId: owner.orgId, roles: ['viewer'] });
    const replies = await Promise.all(Array.from({ length: 5 }, () => remove(ada.userId)));
    assert.deepEqual(
      replies.map(({ status }) => status).toSorted((a, b) => a - b),
      [204, 404, 404, 404, 404],
    );
    const deleted = (await entriesOn(api.database, ada.userId)).filter(({ action }) => action === 'user.deleted');
    assert.equal(deleted.length, 1);
  });
});
