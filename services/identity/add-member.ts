import { Transaction } from 'sequelize';
import { AppError } from '../../core/errors.ts';
import { permit } from '../../core/permit.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { UserActor } from '../../domain/identity/actor.ts';
import { displayName } from '../../domain/identity/member.ts';
import { permissionsOfRole } from '../../domain/identity/permissions.ts';
import { mayAddMembers, mayAssignRole, mayIssuePasswords } from '../../domain/identity/policies.ts';
import { Role } from '../../models/role.ts';
import { User } from '../../models/user.ts';
import { mailAccountLink, type AccountLinkSettings } from './account-links.ts';
import { lockFirstSignIn } from './accounts.ts';
import { findMember, type Member } from './member-reads.ts';
import { createUser } from './new-members.ts';

export interface MemberToAdd {
  readonly email: string;
  readonly name?: string;
  readonly firstName?: string | null;
  readonly lastName?: string | null;
  readonly employeeId?: string | null;
  readonly employmentStartDate?: string | null;
  /** Names of roles of the organisation. */
  readonly roles: readonly string[];
  /** Of a password that the person must change at the first sign-in; without one they are invited by mail. */
  readonly temporaryPasswordHash?: string;
}

export interface AddedMember {
  readonly member: Member;
  readonly outcome: 'created' | 'already_exists';
}

/**
 * Adds somebody to the caller's organisation. The same person again, by e-mail and employee id, is no error and changes
 * nothing.
 * @throws {AppError} FORBIDDEN (also for roles that the caller may not give), ROLE_NOT_FOUND, EMPLOYEE_CONFLICT
 */
export async function addMember(
  uow: UnitOfWork<UserActor>,
  { roles, temporaryPasswordHash, ...person }: MemberToAdd,
  links: AccountLinkSettings,
): Promise<AddedMember> {
  permit(mayAddMembers(uow.actor));
  if (temporaryPasswordHash !== undefined) permit(mayIssuePasswords(uow.actor));
  await assertAssignable(uow, roles);
  await lockFirstSignIn(uow, person.email); // two who add the same person at once
  const there = await User.findOne({ where: { email: person.email } });
  if (there) {
    const employeeId = person.employeeId ?? there.employeeId;
    if (employeeId !== there.employeeId) throw new AppError('EMPLOYEE_CONFLICT');
    return { member: await findMember(uow, there.id), outcome: 'already_exists' };
  }
  const { name, email, ...details } = person;
  const user = await createUser(uow, {
    email,
    name: displayName({ ...person, name }),
    ...details,
    roles,
    ...(temporaryPasswordHash !== undefined && { passwordHash: temporaryPasswordHash, mustChangePassword: true }),
  });
  const kind = temporaryPasswordHash === undefined ? 'accept_invitation' : 'verify_email';
  await mailAccountLink(uow, { userId: user.id, email, kind }, links);
  return { member: await findMember(uow, user.id), outcome: 'created' };
}

async function assertAssignable({ actor }: UnitOfWork<UserActor>, names: readonly string[]): Promise<void> {
  const found = await Role.findAll({ where: { name: [...names] }, lock: Transaction.LOCK.KEY_SHARE });
  const missing = names.filter((name) => !found.some((role) => role.name === name));
  if (missing.length > 0) throw new AppError('ROLE_NOT_FOUND', `Role not found: ${missing.join(', ')}`);
  for (const role of found) {
    const { name, isSystem } = role;
    // Whoever may add people may add those who are allowed nothing.
    const permissions = permissionsOfRole(role);
    if (permissions.length > 0) permit(mayAssignRole(actor, { name, isSystem, permissions }));
  }
}
