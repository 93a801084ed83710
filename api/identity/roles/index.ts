import type { Endpoint } from '../../endpoint.ts';
import { assignRoleEndpoint } from './assign-role.ts';
import { changeRoleEndpoint } from './change-role.ts';
import { createRoleEndpoint } from './create-role.ts';
import { deleteRoleEndpoint } from './delete-role.ts';
import { listPermissions } from './list-permissions.ts';
import { listRoleMembers } from './list-role-members.ts';
import { listRolesEndpoint } from './list-roles.ts';
import { removeRoleEndpoint } from './remove-role.ts';

export const roleEndpoints: readonly Endpoint[] = [
  listRolesEndpoint,
  createRoleEndpoint,
  changeRoleEndpoint,
  deleteRoleEndpoint,
  listRoleMembers,
  assignRoleEndpoint,
  removeRoleEndpoint,
  listPermissions,
];
