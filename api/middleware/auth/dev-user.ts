import type { Context } from 'koa';
import { AppError } from '../../../core/errors.ts';
import { anonymous, systemActor, type UserActor } from '../../../domain/identity/actor.ts';
import { normalEmail } from '../../../domain/identity/email.ts';
import { lookUpByEmail } from '../../../services/identity/account-lookups.ts';
import { loadAccount } from '../../../services/identity/accounts.ts';
import type { App } from '../../app.ts';

const LOCALHOST = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/** The development header, where settings allow it; `undefined` when it is absent or switched off (then a token is needed). */
export async function devUser({ settings, uow }: App, ctx: Context): Promise<UserActor | undefined> {
  const header = ctx.get('x-dev-user-email');
  const allowed = settings.devAuthBypass && settings.environment === 'local';
  if (!header || !allowed) return undefined;
  // The socket's address: a forwarded one can be made up.
  if (!LOCALHOST.has(ctx.req.socket.remoteAddress ?? '')) throw new AppError('DEV_AUTH_LOCALHOST_ONLY');
  const email = normalEmail(header) ?? header.trim();
  const [found] = await uow.read(anonymous, (unit) => lookUpByEmail(unit, email));
  const account = found && (await uow.read(systemActor(found.orgId, 'sign-in'), (unit) => loadAccount(unit, found.id)));
  if (!account) throw new AppError('DEV_USER_UNKNOWN', `Dev user not found: ${email}`);
  if (!account.isActive) throw new AppError('ACCOUNT_INACTIVE');
  return account.actor;
}
