import assert from 'node:assert/strict';
import { anonymous, systemActor, type Actor, type UserActor } from '../../../domain/identity/actor.ts';
import { allPermissions, systemRoles, type Permission } from '../../../domain/identity/permissions.ts';
import {
  isOwnerRole,
  mayAddMembers,
  mayAssignRole,
  mayChangeOwnAccount,
  mayCreateApiKey,
  mayCreateOrganization,
  mayManageApiKeys,
  mayManageMember,
  mayManageRoles,
  mayReadAuditTrail,
  mayReadMembers,
  mayReadOwnAccount,
  mayReadRoles,
  mayRemoveMember,
  mayRevokeApiKey,
  notTheirs,
  seesAllApiKeys,
  type MemberFacts,
} from '../../../domain/identity/policies.ts';

const user = (permissions: readonly Permission[], changes: Partial<UserActor> = {}): UserActor => ({
  kind: 'user',
  orgId: 'org',
  orgSlug: 'org',
  userId: 'me',
  userNumber: 1,
  email: 'me@example.com',
  name: 'Me',
  roles: [],
  isSuperuser: false,
  permissions,
  ...changes,
});
const as = (role: keyof typeof systemRoles, changes: Partial<UserActor> = {}): UserActor =>
  user(systemRoles[role].permissions, { roles: [role], ...changes });
const superuser = user(allPermissions, { isSuperuser: true });
const key = (actor: UserActor): UserActor => ({ ...actor, apiKeyId: 'key' });
const others: readonly Actor[] = [anonymous, systemActor('org', 'workflow:any')];

describe('policies that ask for a permission', () => {
  const cases = [
    [mayReadAuditTrail, ['audit_logs.read']],
    [mayReadMembers, ['users.read', 'users.manage']],
    [mayAddMembers, ['users.manage']],
    [mayReadRoles, ['roles.read', 'roles.manage', 'roles.assign']],
    [mayManageRoles, ['roles.manage']],
    [mayCreateApiKey, ['api_keys.manage']],
    [mayManageApiKeys, ['api_keys.manage', 'api_keys.manage_all']],
  ] as const;
  for (const [policy, any] of cases) {
    it(`${policy.name}: any of ${any.join(', ')}, and nothing else`, () => {
      for (const permission of allPermissions) {
        const wanted = any.some((one) => one === permission) ? 'allowed' : 'denied';
        assert.equal(policy(user([permission])), wanted, permission);
      }
      assert.equal(policy(user([])), 'denied');
      for (const actor of others) assert.equal(policy(actor), 'denied');
    });
  }
});

describe('one’s own account', () => {
  it('is read by whoever has one, and hidden from who has none', () => {
    for (const actor of [user([]), key(user([])), superuser]) assert.equal(mayReadOwnAccount(actor), 'allowed');
    for (const actor of others) assert.equal(mayReadOwnAccount(actor), 'hidden');
  });

  it('is changed by a person, not by a machine', () => {
    assert.equal(mayChangeOwnAccount(user([])), 'allowed');
    for (const actor of [key(superuser), ...others]) assert.equal(mayChangeOwnAccount(actor), 'denied');
  });
});

describe('creating an organisation', () => {
  it('is for superusers as persons', () => {
    assert.equal(mayCreateOrganization(superuser), 'allowed');
    for (const actor of [as('owner'), key(superuser), ...others]) assert.equal(mayCreateOrganization(actor), 'denied');
  });
});

describe('changing somebody’s account', () => {
  const member = (permissions: readonly Permission[] = [], changes: Partial<MemberFacts> = {}): MemberFacts => ({
    userId: 'them',
    isOwner: false,
    isSuperuser: false,
    permissions,
    ...changes,
  });
  const owner = member(allPermissions, { isOwner: true });
  const admin = member(allPermissions);

  it('needs users.manage, whoever it is', () => {
    for (const actor of [user([]), as('viewer'), as('recruiter'), user(['users.read', 'roles.manage']), ...others]) {
      assert.equal(mayManageMember(actor, member()), 'denied');
    }
  });

  it('reaches upward from nobody', () => {
    assert.equal(mayManageMember(as('hr'), member(systemRoles.recruiter.permissions)), 'allowed');
    assert.equal(mayManageMember(as('hr'), member(['roles.manage'])), 'denied');
    assert.equal(mayManageMember(as('hr'), admin), 'denied');
    assert.equal(mayManageMember(as('admin'), admin), 'allowed');
    assert.equal(mayManageMember(as('admin'), owner), 'denied');
    assert.equal(mayManageMember(as('owner'), owner), 'allowed');
    assert.equal(mayManageMember(user(allPermissions), owner), 'denied', 'to be allowed all is not to own');
  });

  it('of a superuser is for superusers, and a superuser changes everybody', () => {
    const root = member([], { isSuperuser: true });
    assert.equal(mayManageMember(as('owner'), root), 'denied');
    for (const target of [root, owner, admin, member()]) assert.equal(mayManageMember(superuser, target), 'allowed');
  });

  it('goes with a key as far as the key does', () => {
    assert.equal(mayManageMember(key(user(['users.manage'])), member()), 'allowed');
    assert.equal(mayManageMember(key(user(['users.read'], { roles: ['owner'] })), member()), 'denied');
    assert.equal(mayManageMember(key(user(['users.manage'], { roles: ['owner'] })), admin), 'denied');
  });

  it('never takes oneself away, whoever one is', () => {
    for (const actor of [as('hr'), as('admin'), as('owner'), superuser]) {
      assert.equal(mayRemoveMember(actor, member([], { userId: actor.userId })), 'denied');
      assert.equal(mayRemoveMember(actor, member()), mayManageMember(actor, member()));
    }
    assert.equal(mayRemoveMember(as('admin'), owner), 'denied');
  });
});

describe('giving and taking a role', () => {
  const role = (name: string, permissions: readonly Permission[], isSystem = false) => ({
    name,
    permissions,
    isSystem,
  });
  const system = (name: keyof typeof systemRoles) => role(name, systemRoles[name].permissions, true);

  it('needs roles.assign, also for a role that allows nothing', () => {
    const nothing = role('Guest', []);
    assert.equal(mayAssignRole(user(['roles.assign']), nothing), 'allowed');
    assert.equal(mayAssignRole(user(['roles.manage', 'users.manage']), nothing), 'denied');
    for (const actor of others) assert.equal(mayAssignRole(actor, nothing), 'denied');
  });

  it('gives nothing that one is not allowed oneself', () => {
    const giver = user(['roles.assign', 'users.read']);
    assert.equal(mayAssignRole(giver, role('Reader', ['users.read'])), 'allowed');
    assert.equal(mayAssignRole(giver, role('More', ['users.read', 'users.manage'])), 'denied');
    assert.equal(mayAssignRole(as('hr'), system('hr')), 'allowed');
    for (const name of ['recruiter', 'reviewer', 'viewer', 'admin', 'owner'] as const) {
      assert.equal(mayAssignRole(as('hr'), system(name)), 'denied', name);
    }
  });

  it('passes ownership from owner to owner, or by a superuser', () => {
    assert.equal(mayAssignRole(as('admin'), system('admin')), 'allowed');
    assert.equal(mayAssignRole(as('admin'), system('owner')), 'denied');
    assert.equal(mayAssignRole(user(allPermissions), system('owner')), 'denied');
    assert.equal(mayAssignRole(as('owner'), system('owner')), 'allowed');
    assert.equal(mayAssignRole(superuser, system('owner')), 'allowed');
  });

  it('knows the owner’s role by more than its name', () => {
    assert.equal(isOwnerRole({ name: 'owner', isSystem: true }), true);
    assert.equal(isOwnerRole({ name: 'owner', isSystem: false }), false);
    assert.equal(isOwnerRole({ name: 'admin', isSystem: true }), false);
  });

  it('tells which permissions one lacks', () => {
    const giver = user(['users.read', 'roles.manage']);
    assert.deepEqual(notTheirs(giver, ['users.manage', 'users.read', 'audit_logs.read']), [
      'users.manage',
      'audit_logs.read',
    ]);
    assert.deepEqual(notTheirs(giver, []), []);
  });
});

describe('API keys', () => {
  const own = { userId: 'me' };
  const another = { userId: 'them' };

  it('are a person’s to make, list and revoke, never a machine’s', () => {
    for (const actor of [key(as('owner')), ...others]) {
      assert.equal(mayCreateApiKey(actor), 'denied');
      assert.equal(mayManageApiKeys(actor), 'denied');
      assert.equal(mayRevokeApiKey(actor, own), 'denied');
    }
  });

  it('are made for oneself alone, and others’ are not there', () => {
    const recruiter = as('recruiter');
    assert.equal(mayRevokeApiKey(recruiter, own), 'allowed');
    assert.equal(mayRevokeApiKey(recruiter, another), 'hidden');
    assert.equal(seesAllApiKeys(recruiter), false);
    assert.equal(mayRevokeApiKey(as('admin'), another), 'allowed');
    assert.equal(seesAllApiKeys(as('admin')), true);
    assert.equal(mayRevokeApiKey(user([]), own), 'denied');
  });
});
