import { empty, endpoint } from '../../endpoint.ts';
import { linkDoor, linkPasswordBody, passwordLinkErrors, setPasswordOverLink } from './link-door.ts';

export const resetPassword = endpoint({
  ...linkDoor,
  path: '/api/v1/auth/reset-password',
  summary: 'Choose a new password by the link of a mail; every session ends',
  input: { body: linkPasswordBody },
  replies: { 204: empty },
  errors: passwordLinkErrors,
  async handle({ app, input, request }) {
    await setPasswordOverLink(app, 'reset_password', input.body, request, () => Promise.resolve());
    return { status: 204, body: undefined };
  },
});
