import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { PresentedMember } from '../../../../api/identity/members/presenter.ts';
import type { PresentedRole } from '../../../../api/identity/roles/presenter.ts';
import type { Page } from '../../../../api/pages.ts';
import type { UserActor } from '../../../../domain/identity/actor.ts';
import { allPermissions, permissionCatalogue, systemRoles } from '../../../../domain/identity/permissions.ts';
import { startTestApi, type TestApi } from '../../../support/api.ts';
import { makeUser } from '../../../support/factories-identity.ts';
import { assertRefused, callerAs, makeAllowed, roleIdOf, ROLES, USERS } from '../members/world.ts';

interface Roles {
  readonly items: readonly PresentedRole[];
  readonly total: number;
}

describe('reading roles', () => {
  let api: TestApi;
  let owner: UserActor;
  before(async () => {
    api = await startTestApi();
    owner = await makeUser({ roles: ['owner'] });
    for (const name of ['Zebra Keeper', 'Auditor']) {
      await callerAs(api, owner)('post', ROLES, { name, permissions: ['users.read', 'audit_logs.read'] });
    }
    for (let n = 0; n < 5; n += 1) await makeUser({ orgId: owner.orgId, roles: ['viewer', 'Auditor'] });
  });
  after(() => api.close());

  const list = async (as = owner): Promise<Roles> => {
    const { status, body } = await callerAs(api, as)<Roles>('get', ROLES);
    assert.equal(status, 200, JSON.stringify(body));
    return body;
  };

  it('lists the system roles, then custom ones, each by name, with what they allow and how many have them', async () => {
    const { items, total } = await list();
    assert.equal(total, items.length);
    assert.deepEqual(
      items.map(({ name, is_system_role, member_count }) => [name, is_system_role, member_count]),
      [
        ['admin', true, 0],
        ['employee', true, 0],
        ['hr', true, 0],
        ['owner', true, 1],
        ['recruiter', true, 0],
        ['reviewer', true, 0],
        ['viewer', true, 5],
        ['Auditor', false, 5],
        ['Zebra Keeper', false, 0],
      ],
    );
    const auditor = items.find(({ name }) => name === 'Auditor');
    const { id, created_at, updated_at } = auditor ?? assert.fail();
    assert.deepEqual(auditor, {
      id,
      org_id: owner.orgId,
      name: 'Auditor',
      description: '',
      is_system_role: false,
      permissions: ['audit_logs.read', 'users.read'],
      member_count: 5,
      created_at,
      updated_at,
    });
  });

  it('says of each system role what the catalogue says, whatever its row holds', async () => {
    await api.database.rows(`update roles set permissions = '{users.manage}' where org_id = $1 and name = 'viewer'`, [
      owner.orgId,
    ]);
    const { items } = await list();
    for (const [name, { description, permissions }] of Object.entries(systemRoles)) {
      const role = items.find((one) => one.is_system_role && one.name === name);
      assert.equal(role?.description, description, name);
      assert.deepEqual(role.permissions, [...permissions].sort(), name);
    }
  });

  it('leaves out what a custom role’s row allows and the catalogue does not know', async () => {
    const org = await makeUser({ roles: ['owner'] });
    await api.database.rows(
      `insert into roles (org_id, name, permissions) values ($1, 'Old', '{users.read,coffee.brew}')`,
      [org.orgId],
    );
    const role = (await list(org)).items.find(({ name }) => name === 'Old');
    assert.deepEqual(role?.permissions, ['users.read']);
    const member = await makeUser({ orgId: org.orgId, roles: ['Old'] });
    assert.deepEqual(member.permissions, ['users.read']);
  });

  it('shows just those of the organisation', async () => {
    const other = await makeUser({ roles: ['owner'] });
    const { items, total } = await list(other);
    assert.equal(total, Object.keys(systemRoles).length);
    assert.ok(items.every(({ org_id: orgId, is_system_role: system }) => orgId === other.orgId && system));
  });

  it('is for whoever reads, manages or gives roles', async () => {
    for (const permission of ['roles.read', 'roles.manage', 'roles.assign'] as const) {
      await list(await makeAllowed(api, owner.orgId, permission));
    }
    const stranger = await makeAllowed(api, owner.orgId, 'users.manage', 'audit_logs.read');
    assertRefused(await callerAs(api, stranger)('get', ROLES), 403, 'FORBIDDEN');
    assert.equal((await api.call('get', ROLES)).status, 401);
  });

  describe('GET /api/v1/permissions', () => {
    const catalogue = (as: UserActor) =>
      callerAs(api, as)<{ items: { name: string; description: string }[]; total: number }>(
        'get',
        '/api/v1/permissions',
      );

    it('gives everything that can be allowed, a sentence each', async () => {
      const { status, body } = await catalogue(owner);
      const items = Object.entries(permissionCatalogue).map(([name, description]) => ({ name, description }));
      assert.deepEqual([status, body], [200, { items, total: allPermissions.length }]);
    });

    it('is for whoever reads, manages or gives roles', async () => {
      const viewer = await makeUser({ orgId: owner.orgId, roles: ['viewer'] });
      assert.equal((await catalogue(viewer)).status, 200);
      const employee = await makeUser({ orgId: owner.orgId, roles: ['employee'] });
      assertRefused(await catalogue(employee), 403, 'FORBIDDEN');
      assert.equal((await api.call('get', '/api/v1/permissions')).status, 401);
    });

    it('is for whoever makes API keys too: a refusal of one sends them there', async () => {
      const recruiter = await makeUser({ orgId: owner.orgId, roles: ['recruiter'] });
      const key = { name: 'machine', permissions: ['simulations.raed'] };
      const refused = await callerAs(api, recruiter)('post', '/api/v1/api-keys', key);
      assertRefused(refused, 422, 'PERMISSION_UNKNOWN');
      assert.match(refused.body.detail ?? '', /GET \/api\/v1\/permissions lists all/);
      assert.equal((await catalogue(recruiter)).status, 200);
    });
  });

  describe('GET /api/v1/roles/:roleId/members', () => {
    const members = (id: string, query = '', as = owner) =>
      callerAs(api, as)<Page<PresentedMember>>('get', `${ROLES}/${id}/members${query}`);

    it('leads through those who have a role, newest first, as the list of people shows them', async () => {
      const id = await roleIdOf(api.database, owner.orgId, 'Auditor');
      const { body: all } = await callerAs(api, owner)<Page<PresentedMember>>('get', `${USERS}?role=Auditor`);
      assert.equal(all.total, 5);
      assert.deepEqual((await members(id)).body, all);
      const pages = [];
      for (let query = '?page_size=2'; query !== '';) {
        const { body } = await members(id, query);
        assert.equal(body.total, 5);
        pages.push(...body.items);
        query = body.next_cursor === null ? '' : `?page_size=2&cursor=${body.next_cursor}`;
      }
      assert.deepEqual(pages, all.items);
      assert.deepEqual((await members(id, '?page=2&page_size=3')).body.items, all.items.slice(3));
    });

    it('of a role that nobody has is empty', async () => {
      const id = await roleIdOf(api.database, owner.orgId, 'Zebra Keeper');
      assert.deepEqual((await members(id)).body, { items: [], total: 0, next_cursor: null });
    });

    it('knows no role of another organisation, and wants a uuid and a page that can be', async () => {
      const other = await makeUser({ roles: ['owner'] });
      const theirs = await roleIdOf(api.database, other.orgId, 'owner');
      for (const id of [theirs, randomUUID()]) assertRefused(await members(id), 404, 'ROLE_NOT_FOUND');
      assertRefused(await members('no-uuid'), 422, 'VALIDATION_ERROR');
      const own = await roleIdOf(api.database, owner.orgId, 'owner');
      for (const query of ['?page=0', '?page_size=201', '?cursor=x']) {
        assertRefused(await members(own, query), 422, 'VALIDATION_ERROR', query);
      }
    });
  });
});
