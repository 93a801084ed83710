import { UniqueConstraintError } from 'sequelize';
import { rowsOf } from '../../core/database.ts';
import { AppError } from '../../core/errors.ts';
import { permit } from '../../core/permit.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { UserActor } from '../../domain/identity/actor.ts';
import { permissionsOfRole, systemRoles, type Permission } from '../../domain/identity/permissions.ts';
import { mayManageRoles, mayReadRoles } from '../../domain/identity/policies.ts';
import { titleCased } from '../../domain/identity/role-name.ts';
import { shortName } from '../../domain/identity/short-name.ts';
import { Role } from '../../models/role.ts';
import { assertTheirs } from './assert-theirs.ts';

/** A role and how many people have it. */
export interface CountedRole {
  readonly id: string;
  readonly orgId: string;
  readonly name: string;
  readonly description: string;
  readonly isSystem: boolean;
  /** Of a system role the catalogue says what it allows; its row says nothing. */
  readonly permissions: readonly string[];
  readonly members: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface RoleChanges {
  readonly name?: string;
  readonly description?: string;
  readonly permissions?: readonly Permission[];
}

/** Every role of the caller's organisation: system roles first, then by name. @throws {AppError} FORBIDDEN */
export async function listRoles({ actor, db }: UnitOfWork<UserActor>): Promise<CountedRole[]> {
  permit(mayReadRoles(actor));
  return rowsOf<CountedRole>(db, `${COUNTED} where r.org_id = $1 order by r.is_system desc, r.name`, [actor.orgId]);
}

/** @throws {AppError} FORBIDDEN, PERMISSION_NOT_YOURS, ROLE_NAME_TAKEN */
export async function createRole(
  uow: UnitOfWork<UserActor>,
  { name, description, permissions }: Required<RoleChanges>,
): Promise<string> {
  permit(mayManageRoles(uow.actor));
  assertTheirs(uow.actor, permissions);
  const titled = nameOf(name);
  const { orgId } = uow.actor;
  const fields = { name: titled, description, permissions: sorted(permissions) };
  const role = await Role.create({ orgId, isSystem: false, ...fields }).catch(nameTaken);
  uow.audit({ action: 'role.created', resource: { type: 'role', id: role.id }, after: fields });
  return role.id;
}

/** @throws {AppError} FORBIDDEN, ROLE_NOT_FOUND, ROLE_IS_SYSTEM, PERMISSION_NOT_YOURS, ROLE_NAME_TAKEN */
export async function changeRole(uow: UnitOfWork<UserActor>, id: string, changes: RoleChanges): Promise<void> {
  const role = await lockOwnRole(uow, id);
  // Also what it allowed before: nobody takes away what they could not give back.
  assertTheirs(uow.actor, [...permissionsOfRole(role), ...(changes.permissions ?? [])]);
  const before = { name: role.name, description: role.description, permissions: role.permissions };
  const after = {
    name: changes.name === undefined ? role.name : nameOf(changes.name),
    description: changes.description ?? role.description,
    permissions: changes.permissions === undefined ? role.permissions : sorted(changes.permissions),
  };
  await role.update(after).catch(nameTaken);
  uow.audit({ action: 'role.updated', resource: { type: 'role', id }, before, after });
}

/** Whoever has it loses it. @throws {AppError} FORBIDDEN, ROLE_NOT_FOUND, ROLE_IS_SYSTEM, PERMISSION_NOT_YOURS */
export async function deleteRole(uow: UnitOfWork<UserActor>, id: string): Promise<void> {
  const role = await lockOwnRole(uow, id);
  assertTheirs(uow.actor, permissionsOfRole(role));
  await role.destroy();
  const { name, description, permissions } = role;
  uow.audit({ action: 'role.deleted', resource: { type: 'role', id }, before: { name, description, permissions } });
}

/** @throws {AppError} ROLE_NOT_FOUND */
export async function findRole({ actor, db }: UnitOfWork, id: string): Promise<CountedRole> {
  const [role] = await rowsOf<CountedRole>(db, `${COUNTED} where r.org_id = $1 and r.id = $2`, [actor.orgId, id]);
  if (!role) throw new AppError('ROLE_NOT_FOUND');
  return role;
}

const LONGEST_NAME = 100;

const COUNTED = `
  select r.id, r.org_id as "orgId", r.name, r.description, r.is_system as "isSystem", r.permissions,
    r.created_at as "createdAt", r.updated_at as "updatedAt",
    (select count(*)::int from user_roles ur where ur.org_id = r.org_id and ur.role_id = r.id) as members
  from roles r`;

async function lockOwnRole({ actor }: UnitOfWork<UserActor>, id: string): Promise<Role> {
  permit(mayManageRoles(actor));
  const role = await Role.findOne({ where: { id }, lock: true });
  if (!role) throw new AppError('ROLE_NOT_FOUND');
  if (role.isSystem) throw new AppError('ROLE_IS_SYSTEM');
  return role;
}

/** In capitals; no custom role may look like a system role beside it. */
function nameOf(given: string): string {
  if (Object.hasOwn(systemRoles, given.toLowerCase())) throw new AppError('ROLE_NAME_TAKEN');
  return shortName(titleCased(given), LONGEST_NAME);
}

function nameTaken(error: unknown): never {
  throw error instanceof UniqueConstraintError ? new AppError('ROLE_NAME_TAKEN', undefined, { cause: error }) : error;
}

function sorted(permissions: readonly Permission[]): Permission[] {
  return [...new Set(permissions)].sort();
}
