import { openLink } from '../../../services/identity/account-links.ts';
import { verifyEmail } from '../../../services/identity/credentials.ts';
import { empty, endpoint } from '../../endpoint.ts';
import { linkActor, linkBody, linkDoor, placeOfLink } from './link-door.ts';

export const verifyEmailEndpoint = endpoint({
  ...linkDoor,
  path: '/api/v1/auth/verify-email',
  summary: 'Prove an e-mail address by the link that was mailed to it',
  input: { body: linkBody },
  replies: { 204: empty },
  errors: ['LINK_INVALID', 'LINK_EXPIRED'],
  async handle({ app, input, request }) {
    const place = await placeOfLink(app, input.body.token);
    await app.uow.write(
      linkActor(place),
      async (uow) => verifyEmail(uow, await openLink(place.id, 'verify_email', true)),
      request,
    );
    return { status: 204, body: undefined };
  },
});
