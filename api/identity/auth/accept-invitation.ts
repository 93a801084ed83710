import { AppError } from '../../../core/errors.ts';
import { loadAccount } from '../../../services/identity/accounts.ts';
import { startSession } from '../../../services/identity/auth-sessions.ts';
import { endpoint } from '../../endpoint.ts';
import { linkDoor, linkPasswordBody, passwordLinkErrors, setPasswordOverLink } from './link-door.ts';
import { presentTokens, tokenPair } from './token-pair.ts';

export const acceptInvitation = endpoint({
  ...linkDoor,
  path: '/api/v1/auth/accept-invitation',
  summary: 'Accept an invitation with a password, and be signed in',
  input: { body: linkPasswordBody },
  replies: { 200: tokenPair },
  errors: passwordLinkErrors,
  async handle({ app, input, request }) {
    const pair = await setPasswordOverLink(app, 'accept_invitation', input.body, request, async (uow, userId) => {
      const refreshToken = await startSession(uow, userId, app.settings.ownTokens);
      const account = await loadAccount(uow, userId);
      if (!account) throw new AppError('LINK_INVALID');
      return presentTokens(app, account, refreshToken);
    });
    return { status: 200, body: pair };
  },
});
