import Joi from 'joi';
import { mayAssignRole } from '../../../domain/identity/policies.ts';
import { assignRole } from '../../../services/identity/role-assignments.ts';
import { account } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { uuidField } from '../../fields.ts';
import { memberParam } from '../members/fields.ts';
import { presentedMember, presentMember } from '../members/presenter.ts';

export const assignRoleEndpoint = endpoint({
  method: 'post',
  path: '/api/v1/roles/org/users/:membershipId/roles',
  summary: 'Give somebody a role that allows no more than one’s own',
  auth: account,
  may: mayAssignRole,
  input: { params: memberParam, body: Joi.object<{ role_id: string }, true>({ role_id: uuidField.required() }) },
  replies: { 200: presentedMember },
  errors: ['USER_NOT_FOUND', 'ROLE_NOT_FOUND'],
  async handle({ app, actor, input, request }) {
    const assignment = { userId: input.params.membershipId, roleId: input.body.role_id };
    return {
      status: 200,
      body: presentMember(await app.uow.write(actor, (uow) => assignRole(uow, assignment), request)),
    };
  },
});
