import type { Verdict } from '../verdict.ts';
import type { Actor, UserActor } from './actor.ts';
import type { Permission } from './permissions.ts';

/** Whoever has an account may see what it says. */
export function mayReadOwnAccount(actor: Actor): Verdict {
  return actor.kind === 'user' ? 'allowed' : 'hidden';
}

/** Password, sessions and profile are a person's own: a machine with a key leaves them alone. */
export function mayChangeOwnAccount(actor: Actor): Verdict {
  return isPerson(actor) ? 'allowed' : 'denied';
}

/** The audit trail tells what everybody has done, so it has a permission of its own. */
export function mayReadAuditTrail(actor: Actor): Verdict {
  return verdict(has(actor, 'audit_logs.read'));
}

/** Organisations other than by registration are made by those who run the installation. */
export function mayCreateOrganization(actor: Actor): Verdict {
  return verdict(isPerson(actor) && actor.isSuperuser);
}

export function mayReadMembers(actor: Actor): Verdict {
  return verdict(has(actor, 'users.read') || has(actor, 'users.manage'));
}

export function mayAddMembers(actor: Actor): Verdict {
  return verdict(has(actor, 'users.manage'));
}

/** A password that somebody hands over would outlive the key of a machine that set it. */
export function mayIssuePasswords(actor: Actor): Verdict {
  return verdict(isPerson(actor) && has(actor, 'users.manage'));
}

/** What the rules need to know of an account that somebody wants to change. */
export interface MemberFacts {
  readonly userId: string;
  readonly isOwner: boolean;
  readonly isSuperuser: boolean;
  /** What the member's roles allow. */
  readonly permissions: readonly Permission[];
}

export function mayManageMember(actor: Actor, member: MemberFacts): Verdict {
  return has(actor, 'users.manage') ? mayReach(actor, member) : 'denied';
}

/** Nobody reaches upward: who may shape roles is changed by such alone, an owner by owners, a superuser by superusers. */
export function mayReach(actor: Actor, member: MemberFacts): Verdict {
  if (member.isSuperuser && !isPersonallySuper(actor)) return 'denied';
  if (member.isOwner && !ownsOrganization(actor)) return 'denied';
  return verdict(!member.permissions.includes('roles.manage') || has(actor, 'roles.manage'));
}

/** Deactivating or deleting oneself would leave nobody to take it back. */
export function mayRemoveMember(actor: Actor, member: MemberFacts): Verdict {
  if (actor.kind === 'user' && actor.userId === member.userId) return 'denied';
  return mayManageMember(actor, member);
}

/** The catalogue is for who makes roles or keys of it. */
export function mayReadPermissions(actor: Actor): Verdict {
  return mayReadRoles(actor) === 'allowed' ? 'allowed' : mayManageApiKeys(actor);
}

export function mayReadRoles(actor: Actor): Verdict {
  return verdict(has(actor, 'roles.read') || has(actor, 'roles.manage') || has(actor, 'roles.assign'));
}

export function mayManageRoles(actor: Actor): Verdict {
  return verdict(has(actor, 'roles.manage'));
}

/** A role as far as giving it is concerned. */
export interface RoleFacts {
  readonly name: string;
  readonly isSystem: boolean;
  readonly permissions: readonly Permission[];
}

/** Nobody gives or takes what they are not allowed themselves, and ownership passes from owner to owner. */
export function mayAssignRole(actor: Actor, role: RoleFacts): Verdict {
  if (!has(actor, 'roles.assign')) return 'denied';
  if (isOwnerRole(role) && !ownsOrganization(actor)) return 'denied';
  return verdict(role.permissions.every((permission) => has(actor, permission)) || isPersonallySuper(actor));
}

/** For one's own account alone, by a person: a key that makes keys could never be taken back once it has leaked. */
export function mayCreateApiKey(actor: Actor): Verdict {
  return verdict(isPerson(actor) && has(actor, 'api_keys.manage'));
}

export function mayManageApiKeys(actor: Actor): Verdict {
  return verdict(isPerson(actor) && (has(actor, 'api_keys.manage') || has(actor, 'api_keys.manage_all')));
}

/** One's own key, or any with `api_keys.manage_all`; others' keys are not there. */
export function mayRevokeApiKey(actor: Actor, key: { readonly userId: string }): Verdict {
  if (mayManageApiKeys(actor) !== 'allowed') return 'denied';
  const own = actor.kind === 'user' && actor.userId === key.userId;
  return own || has(actor, 'api_keys.manage_all') ? 'allowed' : 'hidden';
}

/** Whether somebody is shown everybody's keys or only their own. */
export function seesAllApiKeys(actor: Actor): boolean {
  return has(actor, 'api_keys.manage_all');
}

/** Those of `wanted` that the actor cannot give away. */
export function notTheirs(actor: UserActor, wanted: readonly Permission[]): readonly Permission[] {
  if (isPersonallySuper(actor)) return []; // also elsewhere, where a superuser does less than they may give
  return wanted.filter((permission) => !has(actor, permission));
}

export function isOwnerRole({ name, isSystem }: Pick<RoleFacts, 'name' | 'isSystem'>): boolean {
  return isSystem && name === 'owner';
}

/** A key of an owner does not own: it allows what it names. */
function ownsOrganization(actor: Actor): boolean {
  return isPerson(actor) && (actor.isSuperuser || actor.roles.includes('owner'));
}

function isPersonallySuper(actor: Actor): boolean {
  return isPerson(actor) && actor.isSuperuser;
}

function isPerson(actor: Actor): actor is UserActor {
  return actor.kind === 'user' && actor.apiKeyId === undefined;
}

function has(actor: Actor, permission: Permission): actor is UserActor {
  return actor.kind === 'user' && actor.permissions.includes(permission);
}

function verdict(allowed: boolean): Verdict {
  return allowed ? 'allowed' : 'denied';
}
