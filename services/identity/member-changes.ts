import { ForeignKeyConstraintError, UniqueConstraintError } from 'sequelize';
import { AppError } from '../../core/errors.ts';
import { permit } from '../../core/permit.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { UserActor } from '../../domain/identity/actor.ts';
import { displayName } from '../../domain/identity/member.ts';
import { mayManageMember, mayRemoveMember } from '../../domain/identity/policies.ts';
import { UserRole } from '../../models/user-role.ts';
import { User } from '../../models/user.ts';
import { closeLinks, mailAccountLink, type AccountLinkSettings } from './account-links.ts';
import { revokeKeysOf } from './api-keys.ts';
import { endSessions } from './auth-sessions.ts';
import { factsOfMember, findMember, lockMember, type Member } from './member-reads.ts';
import { assertOwnerLeft, lockOwnership } from './ownership.ts';

export interface MemberChanges {
  readonly name?: string;
  readonly firstName?: string | null;
  readonly lastName?: string | null;
  readonly employeeId?: string | null;
  readonly employmentStartDate?: string | null;
  /** `SUSPENDED` ends sessions, keys and roles at once; `ACTIVE` lets the person in again, without roles. */
  readonly status?: 'ACTIVE' | 'SUSPENDED';
}

type Profile = Pick<MemberChanges, 'name' | 'firstName' | 'lastName'>;

/**
 * Changes an account of the organisation.
 * @throws {AppError} FORBIDDEN, USER_NOT_FOUND, EMPLOYEE_CONFLICT, LAST_OWNER
 */
export async function changeMember(
  uow: UnitOfWork<UserActor>,
  userId: string,
  { status, ...fields }: MemberChanges,
): Promise<Member> {
  const member = await lockMember(uow, userId);
  permit(mayManageMember(uow.actor, factsOfMember(member)));
  await updateFields(uow, member, fields);
  if (status === 'SUSPENDED' && member.isActive) await suspend(uow, member);
  if (status === 'ACTIVE' && !member.isActive) {
    await User.update({ isActive: true }, { where: { id: userId } });
    uow.audit({ action: 'user.reactivated', resource: { type: 'user', id: userId } });
  }
  return findMember(uow, userId);
}

/** Changes the caller's own names; the unit of work acts in their own organisation. */
export async function changeOwnProfile(uow: UnitOfWork<UserActor>, profile: Profile): Promise<Member> {
  await updateFields(uow, await lockMember(uow, uow.actor.userId), profile);
  return findMember(uow, uow.actor.userId);
}

/** @throws {AppError} FORBIDDEN, USER_NOT_FOUND, USER_HAS_WORK, LAST_OWNER */
export async function deleteMember(uow: UnitOfWork<UserActor>, userId: string): Promise<void> {
  const member = await lockMember(uow, userId);
  const facts = factsOfMember(member);
  permit(mayRemoveMember(uow.actor, facts));
  if (facts.isOwner) await lockOwnership(uow);
  await User.destroy({ where: { id: userId } }).catch((error: unknown) => {
    throw error instanceof ForeignKeyConstraintError
      ? new AppError('USER_HAS_WORK', undefined, { cause: error })
      : error;
  });
  if (facts.isOwner) await assertOwnerLeft(uow);
  const { email, name, roles } = member;
  uow.audit({
    action: 'user.deleted',
    resource: { type: 'user', id: userId },
    before: { email, name, roles: roles.map((role) => role.name) },
  });
}

/** Mails the invitation again. @throws {AppError} FORBIDDEN, USER_NOT_FOUND, INVITATION_SETTLED */
export async function inviteMemberAgain(
  uow: UnitOfWork<UserActor>,
  userId: string,
  links: AccountLinkSettings,
): Promise<Member> {
  const member = await lockMember(uow, userId);
  permit(mayManageMember(uow.actor, factsOfMember(member)));
  if (!member.isActive)
    throw new AppError('INVITATION_SETTLED', 'This account is deactivated: let the person in again first');
  if (member.acceptedAt !== null) throw new AppError('INVITATION_SETTLED');
  await mailAccountLink(uow, { userId, email: member.email, kind: 'accept_invitation' }, links);
  uow.audit({ action: 'user.invited', resource: { type: 'user', id: userId }, after: { email: member.email } });
  return member;
}

async function suspend(uow: UnitOfWork<UserActor>, member: Member): Promise<void> {
  const facts = factsOfMember(member);
  permit(mayRemoveMember(uow.actor, facts));
  if (facts.isOwner) await lockOwnership(uow);
  await User.update({ isActive: false }, { where: { id: member.id } });
  await UserRole.destroy({ where: { userId: member.id } });
  await endSessions(uow, member.id, 'deactivated');
  await revokeKeysOf(uow, member.id);
  await closeLinks(member.id);
  if (facts.isOwner) await assertOwnerLeft(uow);
  uow.audit({
    action: 'user.deactivated',
    resource: { type: 'user', id: member.id },
    before: { roles: member.roles.map(({ name }) => name) },
  });
}

async function updateFields(uow: UnitOfWork, member: Member, fields: Omit<MemberChanges, 'status'>): Promise<void> {
  const { firstName = member.firstName, lastName = member.lastName } = fields;
  const renamed = fields.firstName !== undefined || fields.lastName !== undefined;
  const name = fields.name ?? (renamed ? displayName({ firstName, lastName, email: member.email }) : member.name);
  const wanted = { ...fields, name };
  const changed = Object.entries(wanted).filter(([key, value]) => member[key as keyof Member] !== value);
  if (changed.length === 0) return;
  await User.update(wanted, { where: { id: member.id } }).catch((error: unknown) => {
    throw error instanceof UniqueConstraintError
      ? new AppError('EMPLOYEE_CONFLICT', undefined, { cause: error })
      : error;
  });
  uow.audit({
    action: 'user.updated',
    resource: { type: 'user', id: member.id },
    before: Object.fromEntries(changed.map(([key]) => [key, member[key as keyof Member]])),
    after: Object.fromEntries(changed),
  });
}
