import Joi from 'joi';
import { everyone } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { passwordField } from '../../fields.ts';
import { readOrgId } from '../../middleware/auth/tenant-header.ts';
import { orgHeader } from './org-header.ts';
import { signInErrors, signInWithPassword, triedAddress } from './password-sign-in.ts';

interface TokenForm {
  readonly username: string;
  readonly password: string;
}

interface AccessToken {
  readonly access_token: string;
  readonly token_type: 'bearer';
}

/** contracts/jobs.md section 1.1: a form in, an access token out. */
export const issueToken = endpoint({
  method: 'post',
  path: '/token',
  summary: 'An access token for e-mail and password, sent as a form',
  auth: everyone,
  may: 'public',
  limit: 'sign_in',
  limitBy: ({ form: { username } }) => username,
  input: {
    form: Joi.object<TokenForm, true>({ username: triedAddress, password: passwordField.required() }),
    headers: orgHeader,
  },
  replies: {
    200: Joi.object<AccessToken, true>({ access_token: Joi.string(), token_type: Joi.string().valid('bearer') }),
  },
  errors: signInErrors,
  async handle({ app, input, request }) {
    const { username: email, password } = input.form;
    const org = readOrgId(input.headers['x-org-id']);
    const token = await signInWithPassword(app, { email, password, org }, request, async (_uow, account) =>
      app.accessTokens.sign(account.actor, account.tokenVersion),
    );
    return { status: 200, body: { access_token: token, token_type: 'bearer' as const } };
  },
});
