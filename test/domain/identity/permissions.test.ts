import assert from 'node:assert/strict';
import {
  allPermissions,
  isPermission,
  permissionCatalogue,
  permissionsOfRole,
  systemRoles,
} from '../../../domain/identity/permissions.ts';

describe('the catalogue of permissions', () => {
  it('says each in a sentence of its own', () => {
    const sentences = Object.values(permissionCatalogue);
    for (const sentence of sentences) assert.match(sentence, /^[A-Z][^.]{10,}[^.\s]$/u);
    assert.equal(new Set(sentences).size, allPermissions.length);
  });

  it('names each by a thing and what is done with it', () => {
    for (const name of allPermissions) assert.match(name, /^[a-z_]+\.[a-z_]+$/);
  });

  it('knows its own names and no other, also not those that every object has', () => {
    for (const name of allPermissions) assert.equal(isPermission(name), true);
    for (const name of ['', 'users', 'users.*', 'USERS.READ', 'users.read ', 'toString', '__proto__', 'constructor']) {
      assert.equal(isPermission(name), false, name);
    }
  });
});

describe('the system roles', () => {
  it('are these, each with a sentence', () => {
    assert.deepEqual(Object.keys(systemRoles).toSorted(), [
      'admin',
      'employee',
      'hr',
      'owner',
      'recruiter',
      'reviewer',
      'viewer',
    ]);
    for (const { description } of Object.values(systemRoles)) assert.match(description, /^[A-Z].{10,}[^.\s]$/);
  });

  it('allow only what the catalogue has, each once', () => {
    for (const [name, { permissions }] of Object.entries(systemRoles)) {
      assert.ok(permissions.every(isPermission), name);
      assert.equal(new Set(permissions).size, permissions.length, name);
    }
  });

  it('allow owners and admins everything, employees nothing, HR no shaping of roles and no audit trail', () => {
    assert.deepEqual([...systemRoles.owner.permissions], [...allPermissions]);
    assert.deepEqual([...systemRoles.admin.permissions], [...allPermissions]);
    assert.deepEqual([...systemRoles.employee.permissions], []);
    const hr: readonly string[] = systemRoles.hr.permissions;
    assert.ok(!hr.includes('roles.manage') && !hr.includes('audit_logs.read'));
  });

  it('let a viewer and a reviewer change nothing of the organisation', () => {
    const changing = /\.(create|invite|manage|manage_all|assign)$/;
    assert.deepEqual(
      systemRoles.viewer.permissions.filter((name) => changing.test(name)),
      [],
    );
    assert.deepEqual(
      systemRoles.reviewer.permissions.filter((name) => changing.test(name)),
      ['api_keys.manage'],
      'keys for one’s own account, which allow no more',
    );
  });
});

describe('what a role allows', () => {
  it('is said by the catalogue for a system role, whatever its row holds', () => {
    const row = { name: 'viewer', isSystem: true, permissions: ['users.manage'] };
    assert.deepEqual([...permissionsOfRole(row)], [...systemRoles.viewer.permissions]);
    assert.deepEqual([...permissionsOfRole({ ...row, name: 'gone' })], [], 'one that the code does not know');
  });

  it('is what the row holds for a custom one, also under a name that a system role has', () => {
    const row = { name: 'owner', isSystem: false, permissions: ['users.read'] };
    assert.deepEqual([...permissionsOfRole(row)], ['users.read']);
  });

  it('leaves out what the catalogue does not know', () => {
    const permissions = ['coffee.brew', 'users.read', 'toString', ''];
    assert.deepEqual([...permissionsOfRole({ name: 'Old', isSystem: false, permissions })], ['users.read']);
  });
});
