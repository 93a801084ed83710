import { Transaction, UniqueConstraintError } from 'sequelize';
import { AppError } from '../../core/errors.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import { normalEmail } from '../../domain/identity/email.ts';
import { Role } from '../../models/role.ts';
import { UserRole } from '../../models/user-role.ts';
import { User } from '../../models/user.ts';

export interface NewUser {
  readonly email: string;
  readonly name: string;
  /** Names of roles of the organisation. */
  readonly roles: readonly string[];
  readonly firstName?: string | null;
  readonly lastName?: string | null;
  readonly employeeId?: string | null;
  /** `YYYY-MM-DD`. */
  readonly employmentStartDate?: string | null;
  readonly passwordHash?: string;
  readonly mustChangePassword?: boolean;
  readonly isSuperuser?: boolean;
  readonly selfRegistered?: boolean;
  readonly acceptedAt?: Date;
  readonly emailVerifiedAt?: Date;
}

/**
 * Creates an account in the current organisation; nobody is bound to it yet.
 * @returns its row; throws when a role does not exist
 * @throws {AppError} EMPLOYEE_CONFLICT when the organisation has this e-mail or employee id already
 */
export async function createUser(uow: UnitOfWork, { roles, email, ...fields }: NewUser): Promise<User> {
  const { orgId } = uow.actor;
  if (orgId === null) throw new Error('a user belongs to an organisation');
  const normal = normalEmail(email);
  if (normal === undefined) throw new Error('not an e-mail address');
  const where = { orgId, name: [...roles] };
  const found = await Role.findAll({ where, attributes: ['id'], lock: Transaction.LOCK.KEY_SHARE }); // none is deleted meanwhile
  if (found.length !== new Set(roles).size) throw new Error(`no such roles: ${roles.join(', ')}`);
  const user = await User.create({ orgId, email: normal, ...fields }).catch((error: unknown) => {
    throw error instanceof UniqueConstraintError
      ? new AppError('EMPLOYEE_CONFLICT', undefined, { cause: error })
      : error;
  });
  await UserRole.bulkCreate(found.map((role) => ({ orgId, userId: user.id, roleId: role.id })));
  const { passwordHash: _secret, ...told } = fields;
  uow.audit({
    action: 'user.created',
    resource: { type: 'user', id: user.id },
    after: { email: normal, ...told, roles: [...roles] },
  });
  return user;
}
