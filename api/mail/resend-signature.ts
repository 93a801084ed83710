import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Context } from 'koa';
import { AppError } from '../../core/errors.ts';
import { anonymous, type AnonymousActor } from '../../domain/identity/actor.ts';
import type { Auth } from '../actors.ts';
import type { App } from '../app.ts';

/** The headers that a delivery is signed by: Resend signs as Svix does (the Standard Webhooks scheme). */
export interface SignedHeaders {
  readonly 'svix-id': string;
  /** Seconds since 1970. */
  readonly 'svix-timestamp': string;
  /** One or more of `v1,<base64>`, with a space between: two while a secret is being changed. */
  readonly 'svix-signature': string;
}

/** Older or further ahead is taken for a replay. */
const TOLERANCE_SECONDS = 5 * 60;

/** Resend: who shows no signature of now is turned away before the body is read; the handler checks it over the raw body. */
export const resendWebhookDoor: Auth<AnonymousActor> = {
  name: 'webhook',
  schemes: [],
  errors: ['WEBHOOK_SIGNATURE_INVALID', 'WEBHOOKS_NOT_CONFIGURED'],
  authenticate(app, ctx) {
    webhookKeyOf(app);
    if (!isSignedNow(ctx)) throw new AppError('WEBHOOK_SIGNATURE_INVALID');
    return Promise.resolve(anonymous);
  },
};

/** @throws {AppError} WEBHOOKS_NOT_CONFIGURED */
export function webhookKeyOf({ settings }: App): Buffer {
  const { resendWebhookKey } = settings.mail;
  if (!resendWebhookKey)
    throw new AppError('WEBHOOKS_NOT_CONFIGURED', 'Webhooks are not configured: set RESEND_WEBHOOK_SECRET');
  return resendWebhookKey;
}

/** Whether one of the signatures is Resend's over id, time and these bytes. */
export function isSignedByResend(body: Buffer, headers: SignedHeaders, key: Buffer): boolean {
  const hmac = createHmac('sha256', key).update(`${headers['svix-id']}.${headers['svix-timestamp']}.`).update(body);
  const expected = hmac.digest();
  return headers['svix-signature'].split(' ').some((one) => {
    const given = Buffer.from(/^v1,([A-Za-z0-9+/]{43}=)$/.exec(one)?.[1] ?? '', 'base64');
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

function isSignedNow(ctx: Context): boolean {
  if (ctx.get('svix-id') === '' || ctx.get('svix-signature') === '') return false;
  const timestamp = ctx.get('svix-timestamp');
  return /^\d{1,12}$/.test(timestamp) && Math.abs(Date.now() / 1_000 - Number(timestamp)) <= TOLERANCE_SECONDS;
}
