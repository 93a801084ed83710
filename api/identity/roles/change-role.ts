import Joi from 'joi';
import { mayManageRoles } from '../../../domain/identity/policies.ts';
import { changeRole, findRole } from '../../../services/identity/roles.ts';
import { account } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { nameField } from '../../fields.ts';
import { knownPermissions, permissionsField, presentedRole, presentRole, roleParam } from './presenter.ts';

interface ChangeRoleBody {
  readonly name?: string;
  readonly description?: string;
  readonly permissions?: string[];
}

export const changeRoleEndpoint = endpoint({
  method: 'patch',
  path: '/api/v1/roles/:roleId',
  summary: 'Change a role; it counts from the next request on',
  auth: account,
  may: mayManageRoles,
  input: {
    params: roleParam,
    body: Joi.object<ChangeRoleBody, true>({
      name: nameField(100),
      description: Joi.string().trim().max(500).allow(''),
      permissions: permissionsField,
    }).min(1),
  },
  replies: { 200: presentedRole },
  errors: ['ROLE_NOT_FOUND', 'ROLE_IS_SYSTEM', 'ROLE_NAME_TAKEN', 'PERMISSION_UNKNOWN', 'PERMISSION_NOT_YOURS'],
  async handle({ app, actor, input, request }) {
    const { roleId } = input.params;
    const { permissions: names, ...rest } = input.body;
    const changes = { ...rest, ...(names !== undefined && { permissions: knownPermissions(names) }) };
    const role = await app.uow.write(
      actor,
      async (uow) => {
        await changeRole(uow, roleId, changes);
        return findRole(uow, roleId);
      },
      request,
    );
    return { status: 200, body: presentRole(role) };
  },
});
