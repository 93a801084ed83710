import { mailVerification } from '../../../services/identity/account-mails.ts';
import { endpoint } from '../../endpoint.ts';
import { accepted, forEachAccount, mailDoor } from './mail-door.ts';

export const resendVerification = endpoint({
  ...mailDoor,
  path: '/api/v1/auth/resend-verification',
  summary: 'Ask for another mail that proves the address',
  description: 'The answer is the same whether there is something to prove or not.',
  async handle({ app, input, request }) {
    await forEachAccount(app, input.body.email, request, mailVerification);
    return accepted;
  },
});
