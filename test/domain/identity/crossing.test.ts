import assert from 'node:assert/strict';
import { atHome, type UserActor } from '../../../domain/identity/actor.ts';
import { crossTo } from '../../../domain/identity/crossing.ts';
import { allPermissions, permissionCatalogue } from '../../../domain/identity/permissions.ts';
import {
  mayAddMembers,
  mayAssignRole,
  mayCreateApiKey,
  mayManageMember,
  mayManageRoles,
  mayReadAuditTrail,
} from '../../../domain/identity/policies.ts';

const superuser: UserActor = {
  kind: 'user',
  orgId: 'home',
  orgSlug: 'home-co',
  userId: 'root',
  userNumber: 1,
  email: 'root@example.com',
  name: 'Root',
  roles: ['admin', 'owner'],
  permissions: allPermissions,
  isSuperuser: true,
};

describe('a superuser who crosses to another organisation', () => {
  const crossed = crossTo(superuser, { id: 'there', slug: 'there-co' });

  it('acts there, is still themselves, and is known to come from elsewhere', () => {
    const { orgId, orgSlug, homeOrgId, permissions: _, roles, ...rest } = crossed;
    assert.deepEqual([orgId, orgSlug, homeOrgId, roles], ['there', 'there-co', 'home', []]);
    assert.deepEqual(rest, {
      kind: 'user',
      userId: 'root',
      userNumber: 1,
      email: 'root@example.com',
      name: 'Root',
      isSuperuser: true,
    });
  });

  it('is allowed everything but what would name an account that is not there', () => {
    const missing = allPermissions.filter((permission) => !crossed.permissions.includes(permission));
    assert.deepEqual(missing.toSorted(), ['api_keys.manage', 'candidates.invite', 'simulations.create']);
    assert.ok(crossed.permissions.every((permission) => permission in permissionCatalogue));
    for (const policy of [mayAddMembers, mayManageRoles, mayReadAuditTrail]) assert.equal(policy(crossed), 'allowed');
    assert.equal(mayCreateApiKey(crossed), 'denied');
  });

  it('changes owners and gives ownership, as the one who is called when nobody else is left', () => {
    const owner = { userId: 'them', isOwner: true, isSuperuser: false, permissions: allPermissions };
    assert.equal(mayManageMember(crossed, owner), 'allowed');
    for (const name of ['owner', 'admin']) {
      assert.equal(mayAssignRole(crossed, { name, isSystem: true, permissions: allPermissions }), 'allowed', name);
    }
  });

  it('goes home with all but the roles’ names, and who has crossed nowhere is at home', () => {
    const home = atHome(crossed);
    assert.deepEqual([home.orgId, home.homeOrgId, home.userId], ['home', undefined, 'root']);
    assert.deepEqual(atHome(superuser), superuser);
  });

  it('who crosses twice is still at home where the account is', () => {
    assert.equal(atHome(crossTo(superuser, { id: 'a', slug: 'a-co' })).orgId, 'home');
  });
});
