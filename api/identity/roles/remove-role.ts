import Joi from 'joi';
import { mayAssignRole } from '../../../domain/identity/policies.ts';
import { removeRole } from '../../../services/identity/role-assignments.ts';
import { account } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { uuidField } from '../../fields.ts';
import { presentedMember, presentMember } from '../members/presenter.ts';

interface AssignmentParams {
  readonly membershipId: string;
  readonly roleId: string;
}

export const removeRoleEndpoint = endpoint({
  method: 'delete',
  path: '/api/v1/roles/org/users/:membershipId/roles/:roleId',
  summary: 'Take a role away from somebody',
  auth: account,
  may: mayAssignRole,
  input: {
    params: Joi.object<AssignmentParams, true>({ membershipId: uuidField.required(), roleId: uuidField.required() }),
  },
  replies: { 200: presentedMember },
  errors: ['USER_NOT_FOUND', 'ROLE_NOT_FOUND', 'LAST_OWNER'],
  async handle({ app, actor, input, request }) {
    const assignment = { userId: input.params.membershipId, roleId: input.params.roleId };
    return {
      status: 200,
      body: presentMember(await app.uow.write(actor, (uow) => removeRole(uow, assignment), request)),
    };
  },
});
