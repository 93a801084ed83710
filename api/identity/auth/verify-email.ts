import { AppError } from '../../../core/errors.ts';
import { openLink } from '../../../services/identity/account-links.ts';
import { readCredentials, verifyEmail } from '../../../services/identity/credentials.ts';
import { empty, endpoint } from '../../endpoint.ts';
import { linkActor, linkDoor, linkPasswordBody, placeOfLink } from './link-door.ts';

export const verifyEmailEndpoint = endpoint({
  ...linkDoor,
  path: '/api/v1/auth/verify-email',
  summary: 'Prove an e-mail address by the link that was mailed to it and the password of the account',
  description:
    'Both together: who only typed the address has no mail, and who only gets the mail did not make the account.',
  input: { body: linkPasswordBody },
  replies: { 204: empty },
  errors: ['LINK_INVALID', 'LINK_EXPIRED', 'ACCOUNT_INACTIVE', 'PASSWORD_WRONG', 'SIGN_IN_LOCKED', 'SIGN_IN_BUSY'],
  async handle({ app, input, request }) {
    const { token, password } = input.body;
    const place = await placeOfLink(app, token);
    const actor = linkActor(place);
    const owner = await app.uow.read(actor, async () =>
      readCredentials((await openLink(place.id, 'verify_email')).userId),
    );
    if (!owner) throw new AppError('LINK_INVALID');
    const hash = owner.passwordHash;
    const isRight = await app.lockout.attempt(owner.email, async () => {
      const value = await app.passwords.matches(password, hash);
      return { verdict: value ? 'right' : 'wrong', value };
    });
    if (!isRight || hash === null) throw new AppError('PASSWORD_WRONG', 'The password is not the one of this account');
    await app.uow.write(actor, (uow) => verifyEmail(uow, place.id, hash), request);
    return { status: 204, body: undefined };
  },
});
