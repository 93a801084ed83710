import assert from 'node:assert/strict';
import type { UserActor } from '../../../../domain/identity/actor.ts';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import { makeUser } from '../../../support/factories-identity.ts';
import { callerAs, keyOf, roleIdOf, ROLES, USERS } from '../members/world.ts';

describe('what somebody may, on every replica', () => {
  let here: TestApi;
  let there: TestApi;
  let owner: UserActor;
  beforeEach(async () => {
    there = await startTestApi();
    here = await startTestApi();
    owner = await makeUser({ roles: ['owner'] });
  });
  afterEach(() => Promise.all([here.close(), there.close()]));

  /** The answer to the same question on both. */
  const seen = async (actor: UserActor, path = USERS) => {
    const { status } = await callerAs(here, actor)('get', path);
    assert.equal((await callerAs(there, actor)('get', path)).status, status, 'both answer the same');
    return status;
  };
  const onHere = (method: string, path: string, body?: object) => callerAs(here, owner)(method, path, body);

  it('follows a custom role at the next request: changed, and deleted', async () => {
    const { body: role } = await callerAs(here, owner)<{ id: string }>('post', ROLES, { name: 'helper' });
    const helper = await makeUser({ orgId: owner.orgId, roles: ['Helper'] });
    for (const [permissions, status] of [
      [['users.read'], 200],
      [[], 403],
      [['users.manage'], 200],
    ] as const) {
      await onHere('patch', `${ROLES}/${role.id}`, { permissions });
      assert.equal(await seen(helper), status, permissions.join());
    }
    await onHere('delete', `${ROLES}/${role.id}`);
    assert.equal(await seen(helper), 403);
  });

  it('follows a role that is given and taken at the next request, also with a key made before', async () => {
    const ada = await makeUser({ orgId: owner.orgId, roles: ['viewer', 'recruiter'] });
    const key = await keyOf(here, ada, 'users.read', 'simulations.read');
    const withKey = async () => (await there.call('get', USERS, { token: key })).status;
    const path = `${ROLES}/org/users/${ada.userId}/roles`;
    const viewer = await roleIdOf(here.database, owner.orgId, 'viewer');
    for (let n = 0; n < 3; n += 1) {
      assert.deepEqual([await seen(ada), await withKey()], [200, 200]);
      await onHere('delete', `${path}/${viewer}`);
      assert.deepEqual([await seen(ada), await withKey()], [403, 403]);
      await onHere('post', path, { role_id: viewer });
    }
  });

  it('ends with the account at the next request', async () => {
    const ada = await makeUser({ orgId: owner.orgId, roles: ['viewer'] });
    assert.equal(await seen(ada), 200);
    await onHere('patch', `${USERS}/${ada.userId}`, { platform_status: 'SUSPENDED' });
    assert.equal(await seen(ada), 403);
    await onHere('patch', `${USERS}/${ada.userId}`, { platform_status: 'ACTIVE' });
    assert.equal(await seen(ada), 401, 'its old token is good no longer');
    const bert = await makeUser({ orgId: owner.orgId, roles: ['viewer'] });
    assert.equal(await seen(bert), 200);
    await onHere('delete', `${USERS}/${bert.userId}`);
    assert.equal(await seen(bert), 401);
  });
});
