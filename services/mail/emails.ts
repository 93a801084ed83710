import { AppError } from '../../core/errors.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { Actor, AnonymousActor } from '../../domain/identity/actor.ts';
import type { EmailStatus } from '../../domain/mail/email.ts';
import { CandidateSession } from '../../models/candidate-session.ts';
import { Email } from '../../models/email.ts';
import { tellRecruiter } from '../hiring/session-mails.ts';
import { beginEffect, reopenEffect, settleEffect } from '../effects.ts';
import { factsOf, type MailFacts } from './email-facts.ts';

/** Kept of why a mail failed: what clients are shown. */
export const REASON_LENGTH = 200;

type TenantWork = UnitOfWork<Exclude<Actor, AnonymousActor>>;

/** `send`: an intent is recorded and the caller must send now. `settled`: nothing is left to do. */
export type SendingDecision =
  | {
      readonly outcome: 'send';
      readonly facts: MailFacts;
      /** No earlier attempt can have sent it. */
      readonly isNew: boolean;
    }
  | { readonly outcome: 'settled'; readonly status: EmailStatus };

/**
 * Decides under the row's lock whether this mail is to be sent now. SMTP cannot be asked whether it has taken a mail, so an
 * intent without an answer is never repeated: the mail becomes `failed`, and the effect `unknown`. A provider that recognises
 * a double by its key for `keyLifeMs` may be asked again so long: the key is as old as the row at most.
 * @throws {AppError} NOT_FOUND when there is no such mail
 */
export async function beginSending(
  uow: TenantWork,
  emailId: string,
  { keyLifeMs = 0 }: { readonly keyLifeMs?: number | undefined } = {},
): Promise<SendingDecision> {
  const email = await Email.findOne({ where: { id: emailId }, lock: true });
  if (!email) throw new AppError('NOT_FOUND', `Mail ${emailId} not found`);
  if (email.status !== 'queued') return { outcome: 'settled', status: email.status };
  const { isNew } = await beginEffect(uow, effectOf(emailId));
  const facts = await factsOf(uow, email);
  const mayRepeat = facts && Date.now() - email.createdAt.getTime() < keyLifeMs;
  if (!isNew && !mayRepeat) {
    await recordUnknown(uow, { emailId, reason: 'An earlier attempt ended without an answer from the mail server' });
    return { outcome: 'settled', status: 'failed' };
  }
  if (!facts) {
    await reopenEffect(uow, effectOf(emailId)); // certainly not sent
    await settle(uow, email, {
      status: 'skipped',
      lastError: 'What it would have said was no longer true when its turn came',
    });
    return { outcome: 'settled', status: 'skipped' };
  }
  return { outcome: 'send', facts, isNew };
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

/** Nobody can say whether the provider has taken it; a later attempt asks again with the same key. */
export async function recordLostAnswer(
  _uow: TenantWork,
  { emailId, reason }: { emailId: string; reason: string },
): Promise<void> {
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

/** Writes how a locked mail ended, with its trail; a failed invitation is told to the recruiter. */
export async function settle(uow: TenantWork, email: Email, settled: Settled): Promise<void> {
  await email.update(settled);
  const { id, kind, candidateSessionId } = email;
  uow.audit({
    action: `email.${settled.status}`,
    resource: { type: 'email', id },
    after: { kind, candidateSessionId, lastError: settled.lastError },
  });
  if (candidateSessionId === null) return;
  if (kind === 'invitation' && settled.status === 'failed') await tellOfFailure(uow, email);
  uow.notify(`session:${candidateSessionId}`);
}

async function tellOfFailure(uow: TenantWork, { candidateSessionId, sessionGeneration }: Email): Promise<void> {
  const where = { id: candidateSessionId ?? '0', generation: sessionGeneration ?? 0, status: 'not_started' };
  const session = await CandidateSession.findOne({ where });
  if (session) await tellRecruiter(uow, session, 'invitation_failed');
}
