import Joi from 'joi';
import { permit } from '../../../core/permit.ts';
import { atHome } from '../../../domain/identity/actor.ts';
import { mayChangeOwnAccount, mayReadOwnAccount } from '../../../domain/identity/policies.ts';
import { changeOwnProfile } from '../../../services/identity/member-changes.ts';
import { findMember } from '../../../services/identity/member-reads.ts';
import { account } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { nameFields, personOf, type PersonBody } from './fields.ts';
import { presentedMember, presentMember } from './presenter.ts';

const path = '/api/v1/self/profile';

export const readOwnProfile = endpoint({
  method: 'get',
  path,
  summary: 'One’s own profile',
  auth: account,
  may: mayReadOwnAccount,
  input: {},
  replies: { 200: presentedMember },
  errors: ['USER_NOT_FOUND'],
  async handle({ app, actor }) {
    permit(mayReadOwnAccount(actor));
    return {
      status: 200,
      body: presentMember(await app.uow.read(atHome(actor), (uow) => findMember(uow, actor.userId))),
    };
  },
});

export const changeOwnProfileEndpoint = endpoint({
  method: 'patch',
  path,
  summary: 'Change one’s own names; everything else is the organisation’s',
  auth: account,
  may: mayChangeOwnAccount,
  input: {
    body: Joi.object<Pick<PersonBody, 'name' | 'first_name' | 'last_name'>, true>(nameFields).min(1),
  },
  replies: { 200: presentedMember },
  errors: ['USER_NOT_FOUND'],
  async handle({ app, actor, input, request }) {
    permit(mayChangeOwnAccount(actor));
    const member = await app.uow.write(atHome(actor), (uow) => changeOwnProfile(uow, personOf(input.body)), request);
    return { status: 200, body: presentMember(member) };
  },
});
