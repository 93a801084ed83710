import { mayManageRoles } from '../../../domain/identity/policies.ts';
import { deleteRole } from '../../../services/identity/roles.ts';
import { account } from '../../actors.ts';
import { empty, endpoint } from '../../endpoint.ts';
import { roleParam } from './presenter.ts';

export const deleteRoleEndpoint = endpoint({
  method: 'delete',
  path: '/api/v1/roles/:roleId',
  summary: 'Delete a role; whoever has it loses it',
  auth: account,
  may: mayManageRoles,
  input: { params: roleParam },
  replies: { 204: empty },
  errors: ['ROLE_NOT_FOUND', 'ROLE_IS_SYSTEM', 'PERMISSION_NOT_YOURS'],
  async handle({ app, actor, input, request }) {
    await app.uow.write(actor, (uow) => deleteRole(uow, input.params.roleId), request);
    return { status: 204, body: undefined };
  },
});
