import type { Context } from 'koa';
import { AppError } from '../../../core/errors.ts';
import { systemActor, type UserActor } from '../../../domain/identity/actor.ts';
import { readClaims } from '../../../domain/identity/claims.ts';
import { readOwnClaims } from '../../../domain/identity/own-claims.ts';
import { loadAccount } from '../../../services/identity/accounts.ts';
import type { App } from '../../app.ts';
import { accountOfKey, isApiKey } from './api-key.ts';
import { devUser } from './dev-user.ts';
import { enterOrganization } from './enter-organization.ts';
import { signIn } from './sign-in.ts';
import { bearerOf } from './verifier.ts';

export interface AccountDoor {
  /** Open to who must choose a new password first: just what it takes to do so. */
  readonly beforePasswordChange: boolean;
}

/** Somebody with an account: by our own token, an outside token, a machine's key, or the development header. */
export async function authenticateAccount(app: App, ctx: Context, door: AccountDoor): Promise<UserActor> {
  const developer = await devUser(app, ctx);
  if (developer) return developer;
  const bearer = bearerOf(ctx);
  if (isApiKey(bearer)) return enterOrganization(app, ctx, await accountOfKey(app, ctx, bearer));
  const claims = await app.tokens.verify(ctx);
  if (claims['iss'] === app.settings.ownTokens.issuer) {
    return enterOrganization(app, ctx, await ownAccount(app, claims, door));
  }
  const identity = readClaims(claims, app.settings.auth);
  if (!identity) throw new AppError('TOKEN_INVALID');
  if (!identity.permissions.includes('recruiter:access')) throw new AppError('RECRUITER_ACCESS_REQUIRED');
  return signIn(app, ctx, identity);
}

/** @throws {AppError} TOKEN_INVALID (also once its sessions have ended), ACCOUNT_GONE, ACCOUNT_INACTIVE, PASSWORD_CHANGE_REQUIRED */
async function ownAccount(
  { uow }: App,
  claims: Readonly<Record<string, unknown>>,
  { beforePasswordChange }: AccountDoor,
): Promise<UserActor> {
  const own = readOwnClaims(claims);
  if (!own) throw new AppError('TOKEN_INVALID');
  const account = await uow.read(systemActor(own.orgId, 'sign-in'), (unit) => loadAccount(unit, own.userId));
  if (!account) throw new AppError('ACCOUNT_GONE');
  if (!account.isActive) throw new AppError('ACCOUNT_INACTIVE');
  if (account.tokenVersion !== own.tokenVersion) throw new AppError('TOKEN_INVALID');
  if (account.mustChangePassword && !beforePasswordChange) throw new AppError('PASSWORD_CHANGE_REQUIRED');
  return account.actor;
}
