import { mailPasswordReset } from '../../../services/identity/account-mails.ts';
import { endpoint } from '../../endpoint.ts';
import { accepted, forEachAccount, mailDoor } from './mail-door.ts';

export const forgotPassword = endpoint({
  ...mailDoor,
  path: '/api/v1/auth/forgot-password',
  summary: 'Ask for a mail with a link to choose a new password',
  description: 'The answer is the same whether the address has an account or not; each of its accounts gets a mail.',
  async handle({ app, input, request }) {
    await forEachAccount(app, input.body.email, request, mailPasswordReset);
    return accepted;
  },
});
