import assert from 'node:assert/strict';
import type { UserActor } from '../../../domain/identity/actor.ts';
import { crossTo } from '../../../domain/identity/crossing.ts';
import {
  allPermissions,
  permissionCatalogue,
  permissionsOfRole,
  systemRoles,
} from '../../../domain/identity/permissions.ts';
import { mayAssignRole, mayCreateApiKey, mayManageMember } from '../../../domain/identity/policies.ts';
import { titleCased } from '../../../domain/identity/role-name.ts';

const person = (...roles: (keyof typeof systemRoles)[]): UserActor => ({
  kind: 'user',
  orgId: 'org',
  orgSlug: 'org',
  userId: 'me',
  userNumber: 1,
  email: 'me@example.com',
  name: 'Me',
  roles,
  permissions: roles.flatMap((name) => permissionsOfRole({ name, isSystem: true, permissions: [] })),
  isSuperuser: false,
});

describe('what roles allow', () => {
  it('is in the catalogue, with a sentence each', () => {
    for (const sentence of Object.values(permissionCatalogue)) assert.match(sentence, /^[A-Z].{10,}[^.]$/);
    for (const { permissions, description } of Object.values(systemRoles)) {
      assert.ok(permissions.every((name) => Object.hasOwn(permissionCatalogue, name)));
      assert.ok(description.length > 10);
    }
  });

  it('is said by the catalogue for system roles, and by the row for all others', () => {
    const row = { permissions: ['users.read', 'no.longer.known', 'constructor'] };
    assert.deepEqual(permissionsOfRole({ ...row, name: 'Helper', isSystem: false }), ['users.read']);
    assert.deepEqual(permissionsOfRole({ ...row, name: 'employee', isSystem: true }), []);
    assert.deepEqual(
      permissionsOfRole({ ...row, name: 'owner', isSystem: false }),
      ['users.read'],
      'a name alone is nothing',
    );
    assert.deepEqual(permissionsOfRole({ ...row, name: 'gone', isSystem: true }), []);
  });

  it('is never given by who is not allowed it, and ownership by owners alone', () => {
    const roleOf = (name: keyof typeof systemRoles) => {
      const role = { name, isSystem: true, permissions: [] };
      return { ...role, permissions: permissionsOfRole(role) };
    };
    assert.equal(mayAssignRole(person('hr'), roleOf('employee')), 'allowed');
    assert.equal(mayAssignRole(person('hr'), roleOf('recruiter')), 'denied');
    assert.equal(mayAssignRole(person('admin'), roleOf('admin')), 'allowed');
    assert.equal(mayAssignRole(person('admin'), roleOf('owner')), 'denied');
    assert.equal(mayAssignRole(person('owner'), roleOf('owner')), 'allowed');
    assert.equal(mayAssignRole(person('viewer'), roleOf('employee')), 'denied');
  });

  it('does not reach upward', () => {
    const member = { userId: 'you', isOwner: false, isSuperuser: false, permissions: [] };
    assert.equal(mayManageMember(person('hr'), member), 'allowed');
    assert.equal(mayManageMember(person('hr'), { ...member, permissions: ['roles.manage'] }), 'denied');
    assert.equal(mayManageMember(person('admin'), { ...member, isOwner: true }), 'denied');
    assert.equal(mayManageMember(person('owner'), { ...member, isSuperuser: true }), 'denied');
  });
});

describe('a superuser elsewhere', () => {
  it('may do everything but what needs an account there', () => {
    const crossed = crossTo({ ...person('owner'), isSuperuser: true }, { id: 'other', slug: 'other' });
    assert.deepEqual([crossed.orgId, crossed.homeOrgId, crossed.roles], ['other', 'org', []]);
    const missing = allPermissions.filter((name) => !crossed.permissions.includes(name));
    assert.deepEqual(missing, ['simulations.create', 'candidates.invite', 'api_keys.manage']);
    assert.equal(mayCreateApiKey(crossed), 'denied');
  });
});

describe('the name of a custom role', () => {
  it('has capitals where words begin, and keeps those it has', () => {
    assert.equal(titleCased('backend reviewer'), 'Backend Reviewer');
    assert.equal(titleCased('HR lead (europe)'), 'HR Lead (Europe)');
    assert.equal(titleCased("people's champion"), "People's Champion");
    assert.equal(titleCased('élan vital'), 'Élan Vital');
    assert.equal(titleCased('2nd line'), '2nd Line');
  });
});
