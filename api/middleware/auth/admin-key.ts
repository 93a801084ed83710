import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context } from 'koa';
import { AppError } from '../../../core/errors.ts';
import { anonymous, type AnonymousActor } from '../../../domain/identity/actor.ts';
import type { App } from '../../app.ts';

/** @throws {AppError} NOT_FOUND, whatever is missing or wrong: a stranger learns nothing, by time neither */
export async function requireAdminKey({ settings }: Pick<App, 'settings'>, ctx: Context): Promise<AnonymousActor> {
  const { adminApiKey } = settings;
  if (adminApiKey === undefined || !isSame(ctx.get('x-admin-key'), adminApiKey)) throw new AppError('NOT_FOUND');
  return anonymous;
}

/** Compares digests, because `timingSafeEqual` wants equal lengths. */
function isSame(given: string, key: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(key));
}
