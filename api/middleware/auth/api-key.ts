import type { Context } from 'koa';
import { AppError } from '../../../core/errors.ts';
import { anonymous, systemActor, type UserActor } from '../../../domain/identity/actor.ts';
import { lookUpSecret } from '../../../services/identity/account-lookups.ts';
import { API_KEY_PREFIX } from '../../../domain/identity/api-key.ts';
import { noteKeyUse, openApiKey } from '../../../services/identity/api-keys.ts';
import type { App } from '../../app.ts';
import { requestFactsOf } from '../state.ts';

export function isApiKey(bearer: string): boolean {
  return bearer.startsWith(API_KEY_PREFIX);
}

/**
 * The account that a machine's key acts for, allowed no more than the key says and the account still may.
 * @throws {AppError} TOKEN_INVALID (unknown or revoked), TOKEN_EXPIRED, ACCOUNT_INACTIVE
 */
export async function accountOfKey({ uow }: App, ctx: Context, key: string): Promise<UserActor> {
  const place = await uow.read(anonymous, (unit) => lookUpSecret(unit, 'api_key', key));
  if (!place) throw new AppError('TOKEN_INVALID');
  const actor = systemActor(place.orgId, 'sign-in');
  const opened = await uow.read(actor, (unit) => openApiKey(unit, place.id));
  if (opened.isUseWorthNoting) {
    const { address } = requestFactsOf(ctx);
    await uow.write(actor, (unit) => noteKeyUse(unit, place.id, address));
  }
  return opened.actor;
}
