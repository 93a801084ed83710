import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { PresentedRole } from '../../../../api/identity/roles/presenter.ts';
import type { UserActor } from '../../../../domain/identity/actor.ts';
import type { Permission } from '../../../../domain/identity/permissions.ts';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import { makeUser } from '../../../support/factories-identity.ts';
import { everything } from '../../hiring/world.ts';
import { assertRefused, callerAs, entriesOn, makeAllowed, named, roleIdOf, ROLES, rolesOf } from '../members/world.ts';

describe('changing and deleting a role', () => {
  let api: TestApi;
  let owner: UserActor;
  let role: PresentedRole;
  beforeEach(async () => {
    api = await startTestApi();
    owner = await makeUser({ roles: ['owner'] });
    role = await create('Helper', 'users.read', 'roles.read');
  });
  afterEach(() => api.close());

  const create = async (name: string, ...permissions: Permission[]): Promise<PresentedRole> => {
    const body = { name, description: 'Helps', permissions };
    return (await callerAs(api, owner)<PresentedRole>('post', ROLES, body)).body;
  };
  const patch = (body: unknown, id = role.id, as = owner) =>
    callerAs(api, as)<PresentedRole>('patch', `${ROLES}/${id}`, body);
  const remove = (id = role.id, as = owner) => callerAs(api, as)('delete', `${ROLES}/${id}`);

  it('changes what is named and nothing else', async () => {
    const { status, body } = await patch({ permissions: ['users.manage', 'users.read'] });
    assert.equal(status, 200, JSON.stringify(body));
    const permissions = ['users.manage', 'users.read'];
    assert.deepEqual(body, { ...role, permissions, updated_at: body.updated_at });
    assert.ok(body.updated_at > role.updated_at);
    const { body: renamed } = await patch({ name: ' senior  helper ', description: '' });
    assert.deepEqual([renamed.name, renamed.description, renamed.permissions], ['Senior Helper', '', permissions]);
    assert.deepEqual((await patch({ permissions: [] })).body.permissions, []);
  });

  it('says in the trail who has changed what, from what to what', async () => {
    await patch({ name: 'keeper', permissions: ['users.read'] });
    assert.deepEqual((await entriesOn(api.database, role.id)).slice(1), [
      {
        action: 'role.updated',
        actor: named(owner),
        before: { name: 'Helper', description: 'Helps', permissions: ['roles.read', 'users.read'] },
        after: { name: 'Keeper', description: 'Helps', permissions: ['users.read'] },
      },
    ]);
  });

  it('keeps counting who has it', async () => {
    for (let n = 0; n < 3; n += 1) await makeUser({ orgId: owner.orgId, roles: ['Helper'] });
    assert.equal((await patch({ description: 'More' })).body.member_count, 3);
  });

  it('deletes it: whoever had it has lost it, and what it allowed, at the next request', async () => {
    const helper = await makeUser({ orgId: owner.orgId, roles: ['Helper', 'employee'] });
    assert.equal((await callerAs(api, helper)('get', ROLES)).status, 200);
    const { status, body } = await remove();
    assert.deepEqual([status, body], [204, '']);
    assert.equal((await callerAs(api, helper)('get', ROLES)).status, 403);
    assert.deepEqual(await rolesOf(api.database, helper), ['employee']);
    assertRefused(await remove(), 404, 'ROLE_NOT_FOUND');
    assert.deepEqual((await entriesOn(api.database, role.id)).at(-1), {
      action: 'role.deleted',
      actor: named(owner),
      before: { name: 'Helper', description: 'Helps', permissions: ['roles.read', 'users.read'] },
    });
    assert.equal((await create('Helper')).name, 'Helper', 'the name is free again');
  });

  it('leaves system roles as they are', async () => {
    const before = await everything(api.database);
    for (const name of ['owner', 'admin', 'employee']) {
      const id = await roleIdOf(api.database, owner.orgId, name);
      for (const reply of [await patch({ description: 'Mine' }, id), await remove(id)]) {
        assertRefused(reply, 400, 'ROLE_IS_SYSTEM', name);
      }
    }
    assert.deepEqual(await everything(api.database), before);
  });

  it('knows no role of another organisation, and wants a uuid', async () => {
    const stranger = await makeUser({ roles: ['owner'] });
    const theirs = await roleIdOf(api.database, stranger.orgId, 'hr');
    for (const id of [theirs, randomUUID()]) {
      for (const reply of [await patch({ name: 'Mine' }, id), await remove(id)]) {
        assertRefused(reply, 404, 'ROLE_NOT_FOUND');
      }
    }
    for (const reply of [await patch({ name: 'Mine' }, 'no-uuid'), await remove('no-uuid')]) {
      assertRefused(reply, 422, 'VALIDATION_ERROR');
    }
  });

  it('refuses a name that is taken, unknown permissions and what makes no sense, and leaves nothing', async () => {
    await create('Other');
    const before = await everything(api.database);
    assertRefused(await patch({ name: 'other', permissions: [] }), 400, 'ROLE_NAME_TAKEN');
    assertRefused(await patch({ name: 'Mine', permissions: ['coffee.brew'] }), 422, 'PERMISSION_UNKNOWN');
    for (const body of [{}, { name: '' }, { name: null }, { permissions: null }, { description: 7 }]) {
      assertRefused(await patch(body), 422, 'VALIDATION_ERROR', JSON.stringify(body));
    }
    assert.deepEqual(await everything(api.database), before);
    assert.equal((await patch({ name: 'helper' })).status, 200, 'its own name is free');
  });

  it('lets nobody put in, take out or keep what they are not allowed themselves', async () => {
    const keeper = await makeAllowed(api, owner.orgId, 'roles.manage', 'users.read', 'roles.read');
    assert.equal((await patch({ permissions: ['users.read'] }, role.id, keeper)).status, 200);
    const above = await create('Above', 'users.read', 'audit_logs.read');
    const before = await everything(api.database);
    for (const reply of [
      await patch({ permissions: ['users.read', 'users.manage'] }, role.id, keeper),
      await patch({ permissions: ['users.read'] }, above.id, keeper),
      await patch({ permissions: [] }, above.id, keeper),
      await patch({ description: 'Only words' }, above.id, keeper),
      await remove(above.id, keeper),
    ]) {
      assertRefused(reply, 403, 'PERMISSION_NOT_YOURS');
      assert.match(reply.body.detail ?? '', /^You are not allowed yourself: (users\.manage|audit_logs\.read)$/);
    }
    assert.deepEqual(await everything(api.database), before);
  });

  it('works on a role that allows what the catalogue no longer knows', async () => {
    const allow = (id: string) =>
      api.database.rows(`update roles set permissions = '{users.read,coffee.brew}' where id = $1`, [id]);
    await allow(role.id);
    const { status, body } = await patch({ description: 'Without coffee' });
    assert.deepEqual([status, body.permissions], [200, ['users.read']], JSON.stringify(body));
    await allow(role.id);
    assert.equal((await remove()).status, 204);
  });

  it('one after the other when two change it at once: the second sees what the first has made', async () => {
    await Promise.all([patch({ name: 'First' }), patch({ description: 'Second' })]);
    const updates = (await entriesOn(api.database, role.id)).slice(1);
    assert.deepEqual(updates[1]?.before, updates[0]?.after);
    assert.deepEqual([updates[1]?.after?.['name'], updates[1]?.after?.['description']], ['First', 'Second']);
  });
});
