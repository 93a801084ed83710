import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Context } from 'koa';
import { AppError } from '../../../core/errors.ts';
import { anonymous, type AnonymousActor } from '../../../domain/identity/actor.ts';
import type { App } from '../../app.ts';
import { stateOf, type BodyCheck } from '../state.ts';

const HEADER = 'x-hub-signature-256';
const SIGNATURE = /^sha256=([0-9a-f]{64})$/;

/**
 * Turns away before the body is read who shows no signature: a stranger must not make us read megabytes. The signature itself is
 * checked over the bytes as they arrive, so that a forged one costs the reading and nothing after it.
 */
export function requireSignature({ settings }: App, ctx: Context): Promise<AnonymousActor> {
  const { webhookSecret } = settings.github;
  if (webhookSecret === undefined) throw new AppError('WEBHOOKS_NOT_CONFIGURED');
  const given = SIGNATURE.exec(ctx.get(HEADER))?.[1];
  if (given === undefined) throw new AppError('WEBHOOK_SIGNATURE_INVALID');
  stateOf(ctx).bodyCheck = signatureCheck(webhookSecret, Buffer.from(given, 'hex'));
  return Promise.resolve(anonymous);
}

function signatureCheck(secret: string, given: Buffer): BodyCheck {
  const hmac = createHmac('sha256', secret);
  let isEmpty = true;
  return {
    update(piece) {
      hmac.update(piece);
      isEmpty = false;
    },
    assertGenuine() {
      if (!timingSafeEqual(given, hmac.digest()) || isEmpty) throw new AppError('WEBHOOK_SIGNATURE_INVALID');
    },
  };
}
