import Joi from 'joi';
import {
  isPermission,
  permissionCatalogue,
  permissionsOfRole,
  type Permission,
} from '../../../domain/identity/permissions.ts';
import type { CountedRole } from '../../../services/identity/roles.ts';
import { AppError } from '../../../core/errors.ts';
import { uuidField } from '../../fields.ts';

export const roleParam = Joi.object<{ roleId: string }, true>({ roleId: uuidField.required() });

export const permissionsField = Joi.array()
  .items(Joi.string().trim().max(100))
  .max(200)
  .description(`Names of permissions: ${Object.keys(permissionCatalogue).join(', ')}`);

/** Says which are unknown: to drop them quietly would leave a role that allows less than its maker thinks. */
export function knownPermissions(names: readonly string[]): readonly Permission[] {
  const unknown = names.filter((name) => !isPermission(name));
  if (unknown.length === 0) return names.filter(isPermission);
  throw new AppError(
    'PERMISSION_UNKNOWN',
    `No such permission: ${unknown.join(', ')}. GET /api/v1/permissions lists all.`,
  );
}

export interface PresentedRole {
  readonly id: string;
  readonly org_id: string;
  readonly name: string;
  readonly description: string;
  readonly is_system_role: boolean;
  readonly permissions: string[];
  readonly member_count: number;
  readonly created_at: string;
  readonly updated_at: string;
}

export const presentedRole = Joi.object<PresentedRole, true>({
  id: Joi.string().guid(),
  org_id: Joi.string().guid(),
  name: Joi.string(),
  description: Joi.string().allow(''),
  is_system_role: Joi.boolean(),
  permissions: Joi.array().items(Joi.string()),
  member_count: Joi.number().integer(),
  created_at: Joi.string().isoDate(),
  updated_at: Joi.string().isoDate(),
});

export function presentRole(role: CountedRole): PresentedRole {
  return {
    id: role.id,
    org_id: role.orgId,
    name: role.name,
    description: role.description,
    is_system_role: role.isSystem,
    permissions: [...permissionsOfRole(role)].sort(),
    member_count: role.members,
    created_at: role.createdAt.toISOString(),
    updated_at: role.updatedAt.toISOString(),
  };
}
