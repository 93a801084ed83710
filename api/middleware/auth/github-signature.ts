import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Context } from 'koa';
import { AppError } from '../../../core/errors.ts';
import { anonymous, type AnonymousActor } from '../../../domain/identity/actor.ts';
import type { App } from '../../app.ts';

const HEADER = 'x-hub-signature-256';
const SIGNATURE = /^sha256=([0-9a-f]{64})$/;

/** What can be told before the body is read: a stranger must not make us read megabytes. */
export function requireSignature({ settings }: App, ctx: Context): Promise<AnonymousActor> {
  if (settings.github.webhookSecret === undefined) throw new AppError('WEBHOOKS_NOT_CONFIGURED');
  if (!SIGNATURE.test(ctx.get(HEADER))) throw new AppError('WEBHOOK_SIGNATURE_INVALID');
  return Promise.resolve(anonymous);
}

/** Whether `signature`, the header's value, is GitHub's over these bytes, which are not copied for it. */
export function isSigned(body: Buffer, signature: string, secret: string): boolean {
  const given = SIGNATURE.exec(signature)?.[1];
  if (given === undefined) return false;
  return timingSafeEqual(Buffer.from(given, 'hex'), createHmac('sha256', secret).update(body).digest());
}
