import type { Context } from 'koa';
import { AppError } from '../../../core/errors.ts';
import { readClaims, type TokenIdentity } from '../../../domain/identity/claims.ts';
import type { App } from '../../app.ts';

/** Who the bearer token says is calling. */
export async function identityOf({ tokens, settings }: App, ctx: Context): Promise<TokenIdentity> {
  const identity = readClaims(await tokens.verify(ctx), settings.auth);
  if (!identity) throw new AppError('TOKEN_INVALID');
  return identity;
}
