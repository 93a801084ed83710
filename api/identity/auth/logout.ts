import { permit } from '../../../core/permit.ts';
import { atHome } from '../../../domain/identity/actor.ts';
import { mayChangeOwnAccount } from '../../../domain/identity/policies.ts';
import { endSessions } from '../../../services/identity/auth-sessions.ts';
import { ownAccount } from '../../actors.ts';
import { empty, endpoint } from '../../endpoint.ts';

const logout = (path: string) =>
  endpoint({
    method: 'post',
    path,
    summary: 'End every session of the account, on every device, at once',
    description: 'Tokens of an outside provider are the provider’s: sign out there too.',
    auth: ownAccount,
    may: mayChangeOwnAccount,
    input: {},
    replies: { 204: empty },
    errors: [],
    async handle({ app, actor, request }) {
      permit(mayChangeOwnAccount(actor));
      await app.uow.write(
        atHome(actor),
        async (uow) => {
          await endSessions(uow, actor.userId, 'signed_out');
          uow.audit({ action: 'user.signed_out', resource: { type: 'user', id: actor.userId } });
        },
        request,
      );
      return { status: 204, body: undefined };
    },
  });

/** One handler under the names that two systems gave it. */
export const logouts = ['/api/v1/auth/logout', '/api/auth/logout'].map(logout);
