import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { SystemActor } from '../../domain/identity/actor.ts';
import { systemRoles } from '../../domain/identity/permissions.ts';
import { slugOf } from '../../domain/identity/slug.ts';
import { Organization } from '../../models/organization.ts';
import { Role } from '../../models/role.ts';
import { UserRole } from '../../models/user-role.ts';
import { User } from '../../models/user.ts';

export interface NewOrganization {
  /** Chosen by the caller, whose unit of work already acts for it: `systemActor(id, …)`. */
  readonly id: string;
  readonly name: string;
  /** Derived from the name if not given. */
  readonly slug?: string;
  readonly inviteLifeSeconds?: number;
  readonly workWindowSeconds?: number;
}

/**
 * Creates an organisation with its system roles.
 * @throws UniqueConstraintError when slug or name are taken
 */
export async function createOrganization(
  uow: UnitOfWork<SystemActor>,
  { id, name, slug = slugOf(name), inviteLifeSeconds, workWindowSeconds }: NewOrganization,
): Promise<void> {
  if (uow.actor.orgId !== id) throw new Error('a new organisation is created by a system actor of its own id');
  await Organization.create({
    id,
    slug,
    name,
    ...(inviteLifeSeconds !== undefined && { inviteLifeSeconds }),
    ...(workWindowSeconds !== undefined && { workWindowSeconds }),
  });
  await Role.bulkCreate(
    Object.entries(systemRoles).map(([roleName, { description, permissions }]) => ({
      orgId: id,
      name: roleName,
      description,
      isSystem: true,
      permissions: [...permissions],
    })),
  );
  uow.audit({ action: 'organization.created', resource: { type: 'organization', id }, after: { name, slug } });
}

export interface NewUser {
  readonly email: string;
  readonly name: string;
  /** Names of roles of the organisation. */
  readonly roles: readonly string[];
}

/**
 * Creates an account in the current organisation; nobody is bound to it yet.
 * @returns its id and number; throws when a role does not exist, UniqueConstraintError when the e-mail is taken
 */
export async function createUser(
  uow: UnitOfWork,
  { email, name, roles }: NewUser,
): Promise<{ readonly id: string; readonly number: number }> {
  const { orgId } = uow.actor;
  if (orgId === null) throw new Error('a user belongs to an organisation');
  const found = await Role.findAll({ where: { orgId, name: [...roles] }, attributes: ['id'] });
  if (found.length !== new Set(roles).size) throw new Error(`no such roles: ${roles.join(', ')}`);
  const normal = email.trim().toLowerCase();
  const user = await User.create({ orgId, email: normal, name });
  await UserRole.bulkCreate(found.map((role) => ({ orgId, userId: user.id, roleId: role.id })));
  uow.audit({
    action: 'user.created',
    resource: { type: 'user', id: user.id },
    after: { email: normal, name, roles: [...roles] },
  });
  return { id: user.id, number: Number(user.number) };
}
