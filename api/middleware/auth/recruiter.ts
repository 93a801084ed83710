import type { Context } from 'koa';
import { AppError } from '../../../core/errors.ts';
import type { UserActor } from '../../../domain/identity/actor.ts';
import type { App } from '../../app.ts';
import { devUser } from './dev-user.ts';
import { identityOf } from './identity.ts';
import { signIn } from './sign-in.ts';

/** The token opens the door, the account's roles decide: an account that may not even read simulations stays outside. */
export async function authenticateRecruiter(app: App, ctx: Context): Promise<UserActor> {
  const actor = (await devUser(app, ctx)) ?? (await byToken(app, ctx));
  if (!actor.permissions.some((name) => name.startsWith('simulations.'))) {
    throw new AppError('RECRUITER_ACCESS_REQUIRED');
  }
  return actor;
}

async function byToken(app: App, ctx: Context): Promise<UserActor> {
  const identity = await identityOf(app, ctx);
  if (!identity.permissions.includes('recruiter:access')) throw new AppError('RECRUITER_ACCESS_REQUIRED');
  return signIn(app.uow, identity, {
    wantedOrg: ctx.get('x-org-id').trim() || undefined,
    request: { requestId: String(ctx.state['requestId']), address: ctx.ip },
  });
}
