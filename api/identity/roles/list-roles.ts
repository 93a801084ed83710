import Joi from 'joi';
import { mayReadRoles } from '../../../domain/identity/policies.ts';
import { listRoles } from '../../../services/identity/roles.ts';
import { account } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { presentedRole, presentRole, type PresentedRole } from './presenter.ts';

export const listRolesEndpoint = endpoint({
  method: 'get',
  path: '/api/v1/roles',
  summary: 'The roles of the organisation and what they allow',
  auth: account,
  may: mayReadRoles,
  input: {},
  replies: {
    200: Joi.object<{ items: PresentedRole[]; total: number }, true>({
      items: Joi.array().items(presentedRole),
      total: Joi.number().integer(),
    }),
  },
  errors: [],
  async handle({ app, actor }) {
    const roles = await app.uow.read(actor, (uow) => listRoles(uow));
    return { status: 200, body: { items: roles.map(presentRole), total: roles.length } };
  },
});
