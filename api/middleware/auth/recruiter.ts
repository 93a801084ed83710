import type { Context } from 'koa';
import { AppError } from '../../../core/errors.ts';
import type { UserActor } from '../../../domain/identity/actor.ts';
import type { App } from '../../app.ts';
import { authenticateAccount } from './account.ts';

/** The token opens the door, the account's roles decide: an account that may not even read simulations stays outside. */
export async function authenticateRecruiter(app: App, ctx: Context): Promise<UserActor> {
  const actor = await authenticateAccount(app, ctx, { beforePasswordChange: false });
  if (!actor.permissions.some((name) => name.startsWith('simulations.'))) {
    throw new AppError('RECRUITER_ACCESS_REQUIRED');
  }
  return actor;
}
