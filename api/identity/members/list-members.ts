import Joi from 'joi';
import { platformStatuses, type PlatformStatus } from '../../../domain/identity/member.ts';
import { mayReadMembers } from '../../../domain/identity/policies.ts';
import { listMembers, type MemberFilter } from '../../../services/identity/member-reads.ts';
import { account } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { newestFirst, newestFirstFields, pageReply, presentNewestFirst, type PageQuery } from '../../pages.ts';
import { presentedMember, presentMember } from './presenter.ts';

interface MembersQuery extends PageQuery {
  readonly search?: string;
  readonly status?: PlatformStatus;
  readonly role?: string;
}

export const listMembersEndpoint = endpoint({
  method: 'get',
  path: '/api/v1/org/users',
  summary: 'Who belongs to the organisation, newest first',
  auth: account,
  may: mayReadMembers,
  input: {
    query: Joi.object<MembersQuery, true>({
      ...newestFirstFields,
      search: Joi.string().trim().max(100).empty('').description('Part of a name, an e-mail or an employee id'),
      status: Joi.string()
        .uppercase()
        .valid(...platformStatuses),
      role: Joi.string().trim().max(100).empty('').description('The name of a role'),
    }).oxor('page', 'cursor'),
  },
  replies: { 200: pageReply(presentedMember) },
  errors: [],
  async handle({ app, actor, input: { query } }) {
    const { search, status, role } = query;
    const filter: MemberFilter = {
      ...(search !== undefined && { search: search.normalize('NFC') }),
      ...(status !== undefined && { status }),
      ...(role !== undefined && { role }),
    };
    const found = await app.uow.read(actor, (uow) => listMembers(uow, filter, newestFirst(query)));
    return { status: 200, body: presentNewestFirst(found, query, presentMember) };
  },
});
