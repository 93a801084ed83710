import { mayRemoveMember } from '../../../domain/identity/policies.ts';
import { deleteMember } from '../../../services/identity/member-changes.ts';
import { account } from '../../actors.ts';
import { empty, endpoint } from '../../endpoint.ts';
import { memberParam } from './fields.ts';

export const deleteMemberEndpoint = endpoint({
  method: 'delete',
  path: '/api/v1/org/users/:membershipId',
  summary: 'Delete somebody’s account for good',
  description: 'Who has made simulations stays: deactivate such an account instead.',
  auth: account,
  may: mayRemoveMember,
  input: { params: memberParam },
  replies: { 204: empty },
  errors: ['USER_NOT_FOUND', 'USER_HAS_WORK', 'LAST_OWNER'],
  async handle({ app, actor, input, request }) {
    await app.uow.write(actor, (uow) => deleteMember(uow, input.params.membershipId), request);
    return { status: 204, body: undefined };
  },
});
