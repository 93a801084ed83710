import { mayManageMember } from '../../../domain/identity/policies.ts';
import { inviteMemberAgain } from '../../../services/identity/member-changes.ts';
import { account } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { memberParam } from './fields.ts';
import { presentedMember, presentMember } from './presenter.ts';

export const inviteMemberAgainEndpoint = endpoint({
  method: 'post',
  path: '/api/v1/org/users/:membershipId/invitation',
  summary: 'Mail the invitation again; older links stop working',
  auth: account,
  may: mayManageMember,
  limit: 'mail',
  input: { params: memberParam },
  replies: { 202: presentedMember },
  errors: ['USER_NOT_FOUND', 'INVITATION_SETTLED'],
  async handle({ app, actor, input, request }) {
    const { membershipId } = input.params;
    const member = await app.uow.write(actor, (uow) => inviteMemberAgain(uow, membershipId, app.settings), request);
    return { status: 202, body: presentMember(member) };
  },
});
