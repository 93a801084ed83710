import Joi from 'joi';
import { mayManageMember } from '../../../domain/identity/policies.ts';
import { changeMember } from '../../../services/identity/member-changes.ts';
import { account } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { memberParam, personFields, personOf, type PersonBody } from './fields.ts';
import { presentedMember, presentMember } from './presenter.ts';

interface ChangeMemberBody extends PersonBody {
  readonly platform_status?: 'ACTIVE' | 'SUSPENDED';
}

export const changeMemberEndpoint = endpoint({
  method: 'patch',
  path: '/api/v1/org/users/:membershipId',
  summary: 'Change somebody’s account, deactivate it, or let them in again',
  description: 'SUSPENDED ends sessions and API keys at once and takes every role away.',
  auth: account,
  may: mayManageMember,
  input: {
    params: memberParam,
    body: Joi.object<ChangeMemberBody, true>({
      ...personFields,
      platform_status: Joi.string().uppercase().valid('ACTIVE', 'SUSPENDED'),
    }).min(1),
  },
  replies: { 200: presentedMember },
  errors: ['USER_NOT_FOUND', 'EMPLOYEE_CONFLICT', 'LAST_OWNER'],
  async handle({ app, actor, input, request }) {
    const { platform_status: status } = input.body;
    const changes = { ...personOf(input.body), ...(status !== undefined && { status }) };
    const member = await app.uow.write(actor, (uow) => changeMember(uow, input.params.membershipId, changes), request);
    return { status: 200, body: presentMember(member) };
  },
});
