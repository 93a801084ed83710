import Joi from 'joi';
import { AppError } from '../../core/errors.ts';
import { anonymous, systemActor } from '../../domain/identity/actor.ts';
import { findByProviderId, recordUndelivered } from '../../services/mail/undelivered.ts';
import { endpoint, rawBody } from '../endpoint.ts';
import { readUndelivered } from './delivery-event.ts';
import { isSignedByResend, resendWebhookDoor, webhookKeyOf, type SignedHeaders } from './resend-signature.ts';

const signedHeaders = Joi.object<SignedHeaders, true>({
  'svix-id': Joi.string().max(200).required(),
  'svix-timestamp': Joi.string().max(12).required(),
  'svix-signature': Joi.string().max(2_000).required(),
});

/** An event names a mail and says a few words about it. */
const LIMIT_BYTES = 256 * 1024;

export const resendWebhook = endpoint({
  method: 'post',
  path: '/api/mail/webhooks/resend',
  summary: 'What Resend tells: a mail bounced, was not sent after all, or was marked as spam',
  description:
    'Checked by the Svix signature over the bytes as sent, five minutes old at most. A repeat changes nothing; events about mails that are not ours and other events are accepted and ignored.',
  auth: resendWebhookDoor,
  may: 'public',
  limit: 'none',
  input: { headers: signedHeaders, raw: rawBody(LIMIT_BYTES) },
  replies: { 202: Joi.object<{ status: 'accepted' }, true>({ status: Joi.string().valid('accepted') }) },
  errors: [],
  dialect: { validationStatus: 400 },
  async handle({ app, input: { headers, raw } }) {
    if (!isSignedByResend(raw, headers, webhookKeyOf(app))) throw new AppError('WEBHOOK_SIGNATURE_INVALID');
    const undelivered = readUndelivered(raw);
    const found = undelivered && (await app.uow.read(anonymous, (uow) => findByProviderId(uow, undelivered)));
    if (found) {
      const { emailId, orgId } = found;
      await app.uow.write(systemActor(orgId, 'resend-webhook'), (uow) =>
        recordUndelivered(uow, { emailId, reason: undelivered.reason }),
      );
    }
    return { status: 202, body: { status: 'accepted' as const } };
  },
});
