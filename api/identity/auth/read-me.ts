import Joi from 'joi';
import { permit } from '../../../core/permit.ts';
import { mayReadOwnAccount } from '../../../domain/identity/policies.ts';
import { roleNames } from '../../../services/identity/accounts.ts';
import { recruiter } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { presentMe, type Me } from './present-me.ts';

const me = Joi.object<Me, true>({
  id: Joi.number().integer(),
  name: Joi.string(),
  email: Joi.string(),
  role: Joi.string().description('`recruiter` for whoever may create simulations, else the name of a role'),
});

export const readMe = endpoint({
  method: 'get',
  path: '/api/auth/me',
  summary: 'The signed-in recruiter',
  auth: recruiter,
  may: mayReadOwnAccount,
  input: {},
  replies: { 200: me },
  errors: [],
  async handle({ app, actor }) {
    permit(mayReadOwnAccount(actor));
    const roles = await app.uow.read(actor, (uow) => roleNames(uow, actor.userId));
    return { status: 200, body: presentMe(actor, roles) };
  },
});
