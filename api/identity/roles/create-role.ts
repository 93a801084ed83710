import Joi from 'joi';
import { mayManageRoles } from '../../../domain/identity/policies.ts';
import { createRole, findRole } from '../../../services/identity/roles.ts';
import { account } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { nameField } from '../../fields.ts';
import { knownPermissions, permissionsField, presentedRole, presentRole } from './presenter.ts';

interface RoleBody {
  readonly name: string;
  readonly description: string;
  readonly permissions: string[];
}

export const createRoleEndpoint = endpoint({
  method: 'post',
  path: '/api/v1/roles',
  summary: 'Create a role, with no more than one is allowed oneself',
  description: 'Each word of the name begins with a capital letter afterwards.',
  auth: account,
  may: mayManageRoles,
  input: {
    body: Joi.object<RoleBody, true>({
      name: nameField(100).required(),
      description: Joi.string().trim().max(500).allow('').default(''),
      permissions: permissionsField.default([]),
    }),
  },
  replies: { 201: presentedRole },
  errors: ['ROLE_NOT_FOUND', 'ROLE_NAME_TAKEN', 'PERMISSION_UNKNOWN', 'PERMISSION_NOT_YOURS'],
  async handle({ app, actor, input, request }) {
    const { name, description, permissions: names } = input.body;
    const permissions = knownPermissions(names);
    const role = await app.uow.write(
      actor,
      async (uow) => findRole(uow, await createRole(uow, { name, description, permissions })),
      request,
    );
    return { status: 201, body: presentRole(role) };
  },
});
