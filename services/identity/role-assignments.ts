import { Transaction } from 'sequelize';
import { AppError } from '../../core/errors.ts';
import { permit } from '../../core/permit.ts';
import { rowsOf } from '../../core/database.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { UserActor } from '../../domain/identity/actor.ts';
import { permissionsOfRole } from '../../domain/identity/permissions.ts';
import { isOwnerRole, mayAssignRole, mayReach, type RoleFacts } from '../../domain/identity/policies.ts';
import { Role } from '../../models/role.ts';
import { UserRole } from '../../models/user-role.ts';
import { factsOfMember, findMember, lockMember, type Member } from './member-reads.ts';
import { assertOwnerLeft, lockOwnership } from './ownership.ts';

interface Assignment {
  readonly userId: string;
  readonly roleId: string;
}

/** Once more is no error. @throws {AppError} FORBIDDEN, USER_NOT_FOUND (also a deactivated one), ROLE_NOT_FOUND */
export async function assignRole(uow: UnitOfWork<UserActor>, { userId, roleId }: Assignment): Promise<Member> {
  const role = await assignableRole(uow, roleId);
  const member = await lockMember(uow, userId); // else it could be deactivated meanwhile, and keep the role
  permit(mayReach(uow.actor, factsOfMember(member)));
  if (!member.isActive)
    throw new AppError('USER_NOT_FOUND', 'This account is deactivated: let the person in again first');
  const given = await rowsOf(
    uow.db,
    'insert into user_roles (org_id, user_id, role_id) values ($1, $2, $3) on conflict do nothing returning role_id',
    [uow.actor.orgId, userId, roleId],
  );
  if (given.length > 0) record(uow, 'role.assigned', role, userId);
  return findMember(uow, userId);
}

/** Once more is no error. @throws {AppError} FORBIDDEN, USER_NOT_FOUND, ROLE_NOT_FOUND, LAST_OWNER */
export async function removeRole(uow: UnitOfWork<UserActor>, { userId, roleId }: Assignment): Promise<Member> {
  const role = await assignableRole(uow, roleId);
  permit(mayReach(uow.actor, factsOfMember(await lockMember(uow, userId))));
  if (isOwnerRole(role)) await lockOwnership(uow);
  const taken = await UserRole.destroy({ where: { userId, roleId } });
  if (isOwnerRole(role)) await assertOwnerLeft(uow);
  if (taken > 0) record(uow, 'role.removed', role, userId);
  return findMember(uow, userId);
}

async function assignableRole({ actor }: UnitOfWork<UserActor>, roleId: string): Promise<Role> {
  const role = await Role.findOne({ where: { id: roleId }, lock: Transaction.LOCK.KEY_SHARE }); // it must not be deleted meanwhile
  const facts: RoleFacts = {
    name: role?.name ?? '',
    isSystem: role?.isSystem ?? false,
    permissions: role ? permissionsOfRole(role) : [],
  };
  permit(mayAssignRole(actor, facts));
  if (!role) throw new AppError('ROLE_NOT_FOUND');
  return role;
}

function record(uow: UnitOfWork, action: 'role.assigned' | 'role.removed', { id, name }: Role, userId: string): void {
  uow.audit({ action, resource: { type: 'user', id: userId }, after: { roleId: id, role: name } });
}
