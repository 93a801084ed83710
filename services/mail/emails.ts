import { AppError } from '../../core/errors.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { Actor, AnonymousActor } from '../../domain/identity/actor.ts';
import type { EmailStatus } from '../../domain/mail/email.ts';
import { Email } from '../../models/email.ts';
import { beginEffect, reopenEffect, settleEffect } from '../effects.ts';
import { factsOf, type MailFacts } from './email-facts.ts';

type TenantWork = UnitOfWork<Exclude<Actor, AnonymousActor>>;

/** `send`: an intent is recorded and the caller must send now. `settled`: nothing is left to do. */
export type SendingDecision =
  | { readonly outcome: 'send'; readonly facts: MailFacts }
  | { readonly outcome: 'settled'; readonly status: EmailStatus };

/**
 * Decides under the row's lock whether this mail is to be sent now. SMTP cannot be asked whether it has taken a mail, so an
 * intent without an answer is never repeated: the mail becomes `failed`, and the effect `unknown`.
 * @throws {AppError} NOT_FOUND when there is no such mail
 */
export async function beginSending(uow: TenantWork, emailId: string): Promise<SendingDecision> {
  const email = await Email.findOne({ where: { id: emailId }, lock: true });
  if (!email) throw new AppError('NOT_FOUND', `Mail ${emailId} not found`);
  if (email.status !== 'queued') return { outcome: 'settled', status: email.status };
  const facts = await factsOf(email);
  if (!facts) {
    await settle(uow, email, {
      status: 'skipped',
      lastError: 'What it would have said was no longer true when its turn came',
    });
    return { outcome: 'settled', status: 'skipped' };
  }
  if (!(await beginEffect(uow, effectOf(emailId))).isNew) {
    await recordUnknown(uow, { emailId, reason: 'An earlier attempt ended without an answer from the mail server' });
    return { outcome: 'settled', status: 'failed' };
  }
  return { outcome: 'send', facts };
}

/** The mail server has taken it. Also corrects a `failed` that was written while the answer was still under way. */
export async function recordSent(
  uow: TenantWork,
  { emailId, providerMessageId }: { emailId: string; providerMessageId: string },
): Promise<void> {
  await settleEffect(uow, effectOf(emailId), { state: 'done', farRef: providerMessageId });
  const email = await Email.findOne({ where: { id: emailId }, lock: true });
  if (!email || email.status === 'sent') return;
  await settle(uow, email, { status: 'sent', lastError: null, providerMessageId, sentAt: new Date() });
}

/** The mail server has not taken it this time, for certain: a later attempt may send it. */
export async function recordRefusal(
  uow: TenantWork,
  { emailId, reason }: { emailId: string; reason: string },
): Promise<void> {
  await reopenEffect(uow, effectOf(emailId));
  await Email.update({ lastError: reason }, { where: { id: emailId, status: 'queued' } });
}

/** It was not and will not be sent. Does nothing to a mail that is settled already. */
export async function recordFailed(
  uow: TenantWork,
  { emailId, reason }: { emailId: string; reason: string },
): Promise<void> {
  const email = await Email.findOne({ where: { id: emailId, status: 'queued' }, lock: true });
  if (email) await settle(uow, email, { status: 'failed', lastError: reason });
}

/** Nobody can say whether the mail server has taken it; it is not sent again. */
export async function recordUnknown(
  uow: TenantWork,
  { emailId, reason }: { emailId: string; reason: string },
): Promise<void> {
  await settleEffect(uow, effectOf(emailId), { state: 'unknown', farRef: null });
  await recordFailed(uow, { emailId, reason });
}

const effectOf = (emailId: string): string => `email/${emailId}`;

interface Settled {
  readonly status: EmailStatus;
  readonly lastError: string | null;
  readonly providerMessageId?: string;
  readonly sentAt?: Date;
}

async function settle(uow: TenantWork, email: Email, settled: Settled): Promise<void> {
  await email.update(settled);
  const { id, kind, candidateSessionId } = email;
  uow.audit({
    action: `email.${settled.status}`,
    resource: { type: 'email', id },
    after: { kind, candidateSessionId, lastError: settled.lastError },
  });
  if (candidateSessionId !== null) uow.notify(`session:${candidateSessionId}`);
}
