import assert from 'node:assert/strict';
import type { UserActor } from '../../../../domain/identity/actor.ts';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import { goodPassword, makeUser } from '../../../support/factories-identity.ts';
import { everything } from '../../hiring/world.ts';
import { login, mailedTokens, type Tokens } from '../auth/world.ts';
import { assertRefused, callerAs, entriesOn, keyOf, named, rolesOf, USERS } from './world.ts';

describe('deactivating somebody', () => {
  let api: TestApi;
  let owner: UserActor;
  let ada: UserActor;
  beforeEach(async () => {
    api = await startTestApi();
    owner = await makeUser({ roles: ['owner'] });
    ada = await makeUser({
      orgId: owner.orgId,
      email: 'ada@example.com',
      password: goodPassword,
      roles: ['recruiter', 'viewer'],
    });
  });
  afterEach(() => api.close());

  const set = (platform_status: 'ACTIVE' | 'SUSPENDED', { userId } = ada, as = owner) =>
    callerAs(api, as)('patch', `${USERS}/${userId}`, { platform_status });
  const knock = async (token: string) => {
    const { status, body } = await api.call('get', '/users/me', { token });
    return [status, body['detail']];
  };
  const refresh = (refresh_token: string) =>
    api.call<Tokens>('post', '/api/v1/auth/refresh', { body: { refresh_token } });
  const statusOf = async (token: string) => (await knock(token))[0];

  it('shows the account as suspended and without roles', async () => {
    const before = (await callerAs(api, owner)('get', `${USERS}/${ada.userId}`)).body;
    const { status, body } = await set('SUSPENDED');
    assert.deepEqual(
      [status, body],
      [
        200,
        {
          user: { ...before.user, is_active: false },
          membership: { ...before.membership, platform_status: 'SUSPENDED' },
          roles: [],
        },
      ],
    );
  });

  it('refuses the access token, the refresh token, the API key and the outside token at the next request', async () => {
    const { body: tokens } = await login(api, ada.email, goodPassword);
    const outside = api.recruiterToken(ada.email);
    const key = await keyOf(api, ada, 'simulations.read');
    for (const token of [tokens.access_token, outside, key]) assert.equal(await statusOf(token), 200);
    assert.equal((await set('SUSPENDED')).status, 200);
    const inactive = [403, 'This account has been deactivated'];
    assert.deepEqual(await knock(tokens.access_token), inactive);
    assert.deepEqual(await knock(outside), inactive);
    assert.deepEqual(await knock(key), [401, 'Invalid token']);
    assert.ok([401, 403].includes((await refresh(tokens.refresh_token)).status));
    assert.deepEqual((await login(api, ada.email, goodPassword)).body.errorCode, 'ACCOUNT_INACTIVE');
  });

  it('ends sessions, keys and roles for good: let in again, somebody signs in anew and has nothing', async () => {
    const { body: tokens } = await login(api, ada.email, goodPassword);
    const key = await keyOf(api, ada, 'simulations.read');
    await set('SUSPENDED');
    const { status, body } = await set('ACTIVE');
    assert.deepEqual([status, body.membership.platform_status, body.roles], [200, 'ACTIVE', []]);
    assert.deepEqual(await knock(tokens.access_token), [401, 'Invalid token']);
    assert.deepEqual(await knock(key), [401, 'Invalid token']);
    assert.equal((await refresh(tokens.refresh_token)).status, 401);
    const { body: again } = await login(api, ada.email, goodPassword);
    assert.equal(await statusOf(again.access_token), 200);
    assert.equal((await api.call('get', '/api/simulations', { token: again.access_token })).status, 403);
    assert.deepEqual(await rolesOf(api.database, ada), []);
  });

  it('touches nobody else', async () => {
    const bert = await makeUser({ orgId: owner.orgId, email: 'bert@example.com', password: goodPassword });
    const { body: tokens } = await login(api, bert.email, goodPassword);
    const key = await keyOf(api, bert, 'simulations.read');
    await set('SUSPENDED');
    assert.equal(await statusOf(tokens.access_token), 200);
    assert.equal(await statusOf(key), 200);
    assert.equal((await refresh(tokens.refresh_token)).status, 200);
    assert.deepEqual(await rolesOf(api.database, bert), ['owner', 'recruiter']);
  });

  it('is in the trail with the roles that were taken, and so is letting in again; once more is nothing', async () => {
    for (const status of ['SUSPENDED', 'SUSPENDED', 'ACTIVE', 'ACTIVE'] as const) {
      assert.equal((await set(status)).status, 200);
    }
    const actor = named(owner);
    assert.deepEqual((await entriesOn(api.database, ada.userId)).slice(1), [
      { action: 'user.deactivated', actor, before: { roles: ['recruiter', 'viewer'] } },
      { action: 'user.reactivated', actor },
    ]);
  });

  it('of oneself is refused, whoever one is, and leaves nothing', async () => {
    const admin = await makeUser({ orgId: owner.orgId, roles: ['admin'] });
    const second = await makeUser({ orgId: owner.orgId, roles: ['owner'] });
    const superuser = await makeUser({ orgId: owner.orgId, isSuperuser: true, roles: ['owner'] });
    const before = await everything(api.database);
    for (const who of [admin, second, superuser]) assertRefused(await set('SUSPENDED', who, who), 403, 'FORBIDDEN');
    assert.deepEqual(await everything(api.database), before);
  });

  it('ends an open invitation; let in again, the person is invited and can be invited anew', async () => {
    const person = { email: 'grace@example.com', roles: ['viewer'] };
    const { user } = (await callerAs(api, owner)('post', USERS, person)).body;
    const [token = ''] = await mailedTokens(api, person.email, 'accept_invitation');
    const grace = { ...ada, userId: user.id };
    await set('SUSPENDED', grace);
    const { body } = await set('ACTIVE', grace);
    assert.equal(body.membership.platform_status, 'INVITED');
    const accept = { token, password: goodPassword };
    assertRefused(await api.call('post', '/api/v1/auth/accept-invitation', { body: accept }), 400, 'LINK_INVALID');
    assert.equal((await callerAs(api, owner)('post', `${USERS}/${user.id}/invitation`)).status, 202);
    const [fresh = ''] = await mailedTokens(api, person.email, 'accept_invitation');
    const accepted = { ...accept, token: fresh };
    const signedIn = await api.call<Tokens>('post', '/api/v1/auth/accept-invitation', { body: accepted });
    assert.equal(signedIn.status, 200);
    assert.deepEqual(await rolesOf(api.database, grace), [], 'roles do not come back with the account');
  });
});
