import Joi from 'joi';
import { AppError } from '../../../core/errors.ts';
import { permit } from '../../../core/permit.ts';
import { atHome } from '../../../domain/identity/actor.ts';
import { mayChangeOwnAccount } from '../../../domain/identity/policies.ts';
import { loadAccount } from '../../../services/identity/accounts.ts';
import { startSession } from '../../../services/identity/auth-sessions.ts';
import { readCredentials, replacePassword } from '../../../services/identity/credentials.ts';
import { ownAccount } from '../../actors.ts';
import { endpoint } from '../../endpoint.ts';
import { passwordField } from '../../fields.ts';
import { checkStrictPassword } from './new-password.ts';
import { presentTokens, tokenPair } from './token-pair.ts';

interface ChangePasswordBody {
  readonly current_password: string;
  readonly new_password: string;
}

export const changePassword = endpoint({
  method: 'post',
  path: '/api/v1/auth/change-password',
  summary: 'Choose another password; every other session ends',
  auth: ownAccount,
  may: mayChangeOwnAccount,
  limit: 'sign_in',
  input: {
    body: Joi.object<ChangePasswordBody, true>({
      current_password: passwordField.required(),
      new_password: passwordField.required(),
    }),
  },
  replies: { 200: tokenPair },
  errors: [
    'PASSWORD_NOT_SET',
    'PASSWORD_WRONG',
    'PASSWORD_UNCHANGED',
    'PASSWORD_TOO_WEAK',
    'SIGN_IN_LOCKED',
    'SIGN_IN_BUSY',
  ],
  async handle({ app, actor, input, request }) {
    permit(mayChangeOwnAccount(actor));
    const { current_password: current, new_password: next } = input.body;
    const home = atHome(actor);
    const { userId, email } = actor;
    const from = (await app.uow.read(home, () => readCredentials(userId)))?.passwordHash ?? null;
    if (from === null) throw new AppError('PASSWORD_NOT_SET');
    // Counted like a sign-in: a stolen access token must not become a way to guess.
    const isRight = await app.lockout.attempt(email, async () => {
      const value = await app.passwords.matches(current, from);
      return { verdict: value ? 'right' : 'wrong', value };
    });
    if (!isRight) {
      const entry = { action: 'user.password_change_refused', resource: { type: 'user', id: userId } };
      await app.uow.write(home, async (uow) => uow.audit(entry), request);
      throw new AppError('PASSWORD_WRONG');
    }
    if (await app.passwords.matches(next, from)) throw new AppError('PASSWORD_UNCHANGED');
    checkStrictPassword(app, next, email);
    const to = await app.passwords.hash(next);
    const pair = await app.uow.write(
      home,
      async (uow) => {
        if (!(await replacePassword(uow, userId, { from, to }))) throw new AppError('PASSWORD_WRONG');
        const refreshToken = await startSession(uow, userId, app.settings.ownTokens);
        const account = await loadAccount(uow, userId);
        if (!account) throw new AppError('ACCOUNT_GONE');
        return presentTokens(app, account, refreshToken);
      },
      request,
    );
    return { status: 200, body: pair };
  },
});
