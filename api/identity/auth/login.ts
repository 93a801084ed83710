import Joi from 'joi';
import { startSession } from '../../../services/identity/auth-sessions.ts';
import { everyone } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { passwordField } from '../../fields.ts';
import { readOrgId } from '../../middleware/auth/tenant-header.ts';
import { orgHeader } from './org-header.ts';
import { signInErrors, signInWithPassword, triedAddress } from './password-sign-in.ts';
import { presentTokens, tokenPair } from './token-pair.ts';

interface LoginBody {
  readonly email: string;
  readonly password: string;
}

const body = Joi.object<LoginBody, true>({ email: triedAddress, password: passwordField.required() });

export const login = endpoint({
  method: 'post',
  path: '/api/v1/auth/login',
  summary: 'Sign in with e-mail and password',
  description:
    'With one e-mail and password in several organisations and no `X-Org-Id`: 409 ORG_REQUIRED with `organizations: [{id, name}]`.',
  auth: everyone,
  may: 'public',
  limit: 'sign_in',
  limitBy: ({ body: { email } }) => email,
  input: { body, headers: orgHeader },
  replies: { 200: tokenPair },
  errors: signInErrors,
  async handle({ app, input, request }) {
    const org = readOrgId(input.headers['x-org-id']);
    const pair = await signInWithPassword(app, { ...input.body, org }, request, async (uow, account) => {
      const refreshToken = await startSession(uow, account.actor.userId, app.settings.ownTokens);
      return presentTokens(app, account, refreshToken);
    });
    return { status: 200, body: pair };
  },
});
