import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { UserActor } from '../../../../domain/identity/actor.ts';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import { makeUser } from '../../../support/factories-identity.ts';
import { meanwhile } from '../../../support/meanwhile.ts';
import { everything } from '../../hiring/world.ts';
import {
  assertRefused,
  callerAs,
  entriesOn,
  makeAllowed,
  named,
  roleIdOf,
  ROLES,
  rolesOf,
  USERS,
} from '../members/world.ts';

describe('giving roles and taking them away', () => {
  let api: TestApi;
  let owner: UserActor;
  let ada: UserActor;
  let viewer: string;
  beforeEach(async () => {
    api = await startTestApi();
    owner = await makeUser({ roles: ['owner'] });
    ada = await makeUser({ orgId: owner.orgId, roles: ['employee'] });
    viewer = await roleOf('viewer');
  });
  afterEach(() => api.close());

  const roleOf = (name: string) => roleIdOf(api.database, owner.orgId, name);
  const pathOf = (id: string) => `${ROLES}/org/users/${id}/roles`;
  const give = (role_id: unknown, id = ada.userId, as = owner) => callerAs(api, as)('post', pathOf(id), { role_id });
  const take = (roleId: string, id = ada.userId, as = owner) => callerAs(api, as)('delete', `${pathOf(id)}/${roleId}`);

  it('gives one, and shows the account with it', async () => {
    const { body: before } = await callerAs(api, owner)('get', `${USERS}/${ada.userId}`);
    const { status, body } = await give(viewer);
    assert.equal(status, 200, JSON.stringify(body));
    const roles = [...before.roles, { id: viewer, name: 'viewer', is_system_role: true }];
    assert.deepEqual(body, { ...before, roles });
    assert.equal((await callerAs(api, ada)('get', USERS)).status, 200, 'it counts from the next request on');
  });

  it('takes one, and shows the account without it', async () => {
    const { body: before } = await callerAs(api, owner)('get', `${USERS}/${ada.userId}`);
    await give(viewer);
    const { status, body } = await take(viewer);
    assert.deepEqual([status, body], [200, before]);
    assert.equal((await callerAs(api, ada)('get', USERS)).status, 403, 'it counts from the next request on');
  });

  it('says in the trail who gave and took what; once more changes nothing and says nothing', async () => {
    assert.deepEqual([(await give(viewer)).status, (await give(viewer)).status], [200, 200]);
    assert.deepEqual([(await take(viewer)).status, (await take(viewer)).status], [200, 200]);
    const after = { roleId: viewer, role: 'viewer' };
    assert.deepEqual((await entriesOn(api.database, ada.userId)).slice(1), [
      { action: 'role.assigned', actor: named(owner), after },
      { action: 'role.removed', actor: named(owner), after },
    ]);
  });

  it('ten times at once gives it once', async () => {
    const replies = await Promise.all(Array.from({ length: 10 }, () => give(viewer)));
    assert.ok(replies.every(({ status }) => status === 200));
    assert.deepEqual(await rolesOf(api.database, ada), ['employee', 'viewer']);
    const entries = await entriesOn(api.database, ada.userId);
    assert.equal(entries.filter(({ action }) => action === 'role.assigned').length, 1);
  });

  it('knows no role and nobody of another organisation', async () => {
    const stranger = await makeUser({ roles: ['owner'] });
    const theirs = await roleIdOf(api.database, stranger.orgId, 'viewer');
    const before = await everything(api.database);
    for (const roleId of [theirs, randomUUID()]) {
      for (const reply of [await give(roleId), await take(roleId)]) assertRefused(reply, 404, 'ROLE_NOT_FOUND');
    }
    for (const id of [stranger.userId, randomUUID()]) {
      for (const reply of [await give(viewer, id), await take(viewer, id)]) {
        assertRefused(reply, 404, 'USER_NOT_FOUND');
      }
    }
    assert.deepEqual(await everything(api.database), before);
  });

  it('wants uuids', async () => {
    for (const reply of [
      await give('viewer'),
      await give(undefined),
      await give(7),
      await give(viewer, 'no-uuid'),
      await take('viewer'),
      await take(viewer, 'no-uuid'),
    ]) {
      assertRefused(reply, 422, 'VALIDATION_ERROR');
    }
  });

  it('gives nothing to a deactivated account', async () => {
    await callerAs(api, owner)('patch', `${USERS}/${ada.userId}`, { platform_status: 'SUSPENDED' });
    const reply = await give(viewer);
    assertRefused(reply, 404, 'USER_NOT_FOUND');
    assert.match(reply.body.detail ?? '', /deactivated/);
    assert.deepEqual(await rolesOf(api.database, ada), []);
  });

  it('gives nothing to an account that is deactivated in that moment', async () => {
    const sql = 'update users set is_active = false where id = $1';
    const reply = await meanwhile(api.database, { sql, values: [ada.userId], waiting: 1 }, () => give(viewer));
    assertRefused(reply, 404, 'USER_NOT_FOUND');
    assert.deepEqual(await rolesOf(api.database, ada), ['employee']);
  });

  it('gives no role that is deleted in that moment, and says so', async () => {
    const made = await callerAs(api, owner)<{ id: string }>('post', ROLES, { name: 'short lived' });
    const sql = 'delete from roles where id = $1';
    const { id } = made.body;
    assertRefused(
      await meanwhile(api.database, { sql, values: [id], waiting: 1 }, () => give(id)),
      404,
      'ROLE_NOT_FOUND',
    );
  });

  it('gives and takes nothing that allows more than the giver is allowed', async () => {
    const { orgId } = owner;
    const [hr, admin] = [await makeUser({ orgId, roles: ['hr'] }), await makeUser({ orgId, roles: ['admin'] })];
    const giver = await makeAllowed(api, orgId, 'roles.assign', 'users.read');
    const [auditor = ''] = (await makeAllowed(api, orgId, 'audit_logs.read')).roles;
    const [reader = ''] = (await makeAllowed(api, orgId, 'users.read')).roles;
    const rich = await makeUser({ orgId, roles: ['owner', 'admin', 'recruiter', 'viewer', 'hr', auditor, reader] });
    const before = await everything(api.database);
    for (const [who, name] of [
      [hr, 'owner'],
      [hr, 'admin'],
      [hr, 'recruiter'],
      [hr, 'viewer'],
      [hr, auditor],
      [admin, 'owner'],
      [giver, 'hr'],
      [giver, auditor],
    ] as const) {
      const id = await roleOf(name);
      const why = `${who.roles.join()}: ${name}`;
      assertRefused(await give(id, ada.userId, who), 403, 'FORBIDDEN', why);
      assertRefused(await give(id, who.userId, who), 403, 'FORBIDDEN', `${why}, to oneself`);
      assertRefused(await take(id, rich.userId, who), 403, 'FORBIDDEN', `${why}, from who has it`);
    }
    assert.deepEqual(await everything(api.database), before);
    for (const [who, name] of [
      [hr, 'hr'],
      [hr, reader],
      [admin, 'admin'],
      [admin, auditor],
      [giver, reader],
      [giver, 'employee'],
      [owner, 'owner'],
    ] as const) {
      const id = await roleOf(name);
      assert.equal((await give(id, ada.userId, who)).status, 200, `${who.roles.join()}: ${name}`);
      assert.equal((await take(id, ada.userId, who)).status, 200, `${who.roles.join()}: ${name}`);
    }
  });

  it('passes ownership from owner to owner: the new one can do everything, the old one nothing more', async () => {
    const ownership = await roleOf('owner');
    assert.equal((await give(ownership)).status, 200);
    assert.equal((await take(ownership, owner.userId, ada)).status, 200);
    assertRefused(await give(ownership, owner.userId, owner), 403, 'FORBIDDEN');
    assert.equal((await callerAs(api, owner)('get', USERS)).status, 403);
    assert.equal((await callerAs(api, ada)('get', '/api/v1/org/audit-logs')).status, 200);
  });
});
