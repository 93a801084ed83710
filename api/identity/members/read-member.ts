import { mayReadMembers } from '../../../domain/identity/policies.ts';
import { readMember } from '../../../services/identity/member-reads.ts';
import { account } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { memberParam } from './fields.ts';
import { presentedMember, presentMember } from './presenter.ts';

export const readMemberEndpoint = endpoint({
  method: 'get',
  path: '/api/v1/org/users/:membershipId',
  summary: 'Somebody in the organisation',
  auth: account,
  may: mayReadMembers,
  input: { params: memberParam },
  replies: { 200: presentedMember },
  errors: ['USER_NOT_FOUND'],
  async handle({ app, actor, input }) {
    const member = await app.uow.read(actor, (uow) => readMember(uow, input.params.membershipId));
    return { status: 200, body: presentMember(member) };
  },
});
