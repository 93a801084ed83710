import Joi from 'joi';
import { mayReadMembers } from '../../../domain/identity/policies.ts';
import { listMembers } from '../../../services/identity/member-reads.ts';
import { findRole } from '../../../services/identity/roles.ts';
import { account } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import type { PageQuery } from '../../pages.ts';
import { memberPage, memberPageFields, membersReply, presentMembers } from '../members/list-members.ts';
import { roleParam } from './presenter.ts';

export const listRoleMembers = endpoint({
  method: 'get',
  path: '/api/v1/roles/:roleId/members',
  summary: 'Who has a role',
  auth: account,
  may: mayReadMembers,
  input: { params: roleParam, query: Joi.object<PageQuery, true>(memberPageFields).oxor('page', 'cursor') },
  replies: { 200: membersReply },
  errors: ['ROLE_NOT_FOUND'],
  async handle({ app, actor, input }) {
    const { roleId } = input.params;
    const found = await app.uow.read(actor, async (uow) => {
      const members = await listMembers(uow, { roleId }, memberPage(input.query));
      await findRole(uow, roleId);
      return members;
    });
    return { status: 200, body: presentMembers(found, input.query.page_size) };
  },
});
