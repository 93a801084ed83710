import Joi from 'joi';
import { mayAddMembers } from '../../../domain/identity/policies.ts';
import { permit } from '../../../core/permit.ts';
import { addMember } from '../../../services/identity/add-member.ts';
import { account } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { emailField, nameField, passwordField } from '../../fields.ts';
import { checkStrictPassword } from '../auth/new-password.ts';
import { personFields, personOf, type PersonBody } from './fields.ts';
import { memberFields, presentMember, type PresentedMember } from './presenter.ts';

interface AddMemberBody extends PersonBody {
  readonly email: string;
  readonly roles: string[];
  readonly temporary_password?: string;
}

interface AddedMemberReply extends PresentedMember {
  readonly user_status: 'new' | 'existing';
  readonly membership_status: 'created' | 'already_exists';
  /** Whether a temporary password was set; otherwise the person is invited by mail. */
  readonly credentials_issued: boolean;
}

export const addMemberEndpoint = endpoint({
  method: 'post',
  path: '/api/v1/org/users',
  summary: 'Add somebody to the organisation',
  description:
    'Without `temporary_password` a mail invites them to choose a password. The same e-mail again gives the account that is there.',
  auth: account,
  may: mayAddMembers,
  input: {
    body: Joi.object<AddMemberBody, true>({
      ...personFields,
      email: emailField.required(),
      roles: Joi.array().items(nameField(100)).max(20).unique().default(['employee']).description('Names of roles'),
      temporary_password: passwordField.description('Must be changed at the first sign-in'),
    }),
  },
  replies: {
    201: Joi.object<AddedMemberReply, true>({
      ...memberFields,
      user_status: Joi.string().valid('new', 'existing'),
      membership_status: Joi.string().valid('created', 'already_exists'),
      credentials_issued: Joi.boolean(),
    }),
  },
  errors: ['EMPLOYEE_CONFLICT', 'ROLE_NOT_FOUND', 'PASSWORD_TOO_WEAK', 'SIGN_IN_BUSY'],
  async handle({ app, actor, input, request }) {
    permit(mayAddMembers(actor));
    const { email, roles, temporary_password: password } = input.body;
    if (password !== undefined) checkStrictPassword(app, password, email);
    const temporaryPasswordHash = password === undefined ? undefined : await app.passwords.hash(password);
    const { member, outcome } = await app.uow.write(
      actor,
      (uow) =>
        addMember(
          uow,
          {
            email,
            roles,
            ...personOf(input.body),
            ...(temporaryPasswordHash !== undefined && { temporaryPasswordHash }),
          },
          app.settings,
        ),
      request,
    );
    const isNew = outcome === 'created';
    const body = {
      ...presentMember(member),
      user_status: isNew ? ('new' as const) : ('existing' as const),
      membership_status: outcome,
      credentials_issued: isNew && temporaryPasswordHash !== undefined,
    };
    return { status: 201, body };
  },
});
