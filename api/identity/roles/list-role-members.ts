import Joi from 'joi';
import { mayReadMembers } from '../../../domain/identity/policies.ts';
import { listMembers } from '../../../services/identity/member-reads.ts';
import { findRole } from '../../../services/identity/roles.ts';
import { account } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { newestFirst, newestFirstFields, pageReply, presentNewestFirst, type PageQuery } from '../../pages.ts';
import { presentedMember, presentMember } from '../members/presenter.ts';
import { roleParam } from './presenter.ts';

export const listRoleMembers = endpoint({
  method: 'get',
  path: '/api/v1/roles/:roleId/members',
  summary: 'Who has a role',
  auth: account,
  may: mayReadMembers,
  input: { params: roleParam, query: Joi.object<PageQuery, true>(newestFirstFields).oxor('page', 'cursor') },
  replies: { 200: pageReply(presentedMember) },
  errors: ['ROLE_NOT_FOUND'],
  async handle({ app, actor, input: { params, query } }) {
    const found = await app.uow.read(actor, async (uow) => {
      const members = await listMembers(uow, { roleId: params.roleId }, newestFirst(query));
      await findRole(uow, params.roleId);
      return members;
    });
    return { status: 200, body: presentNewestFirst(found, query, presentMember) };
  },
});
