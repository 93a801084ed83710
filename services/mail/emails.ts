import { AppError } from '../../core/errors.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import { isOpen } from '../../domain/hiring/session.ts';
import type { Actor, AnonymousActor } from '../../domain/identity/actor.ts';
import type { EmailKind, EmailStatus } from '../../domain/mail/email.ts';
import { CandidateSession } from '../../models/candidate-session.ts';
import { Email } from '../../models/email.ts';
import { Simulation } from '../../models/simulation.ts';
import { sessionRef } from '../../workflows/hiring/candidate-session.contract.ts';
import { emailStart } from '../../workflows/mail/email.contract.ts';
import { beginEffect, reopenEffect, settleEffect } from '../effects.ts';
import type { SessionLink } from '../hiring/invite-links.ts';

type TenantWork = UnitOfWork<Exclude<Actor, AnonymousActor>>;

export interface EmailRequest {
  readonly kind: EmailKind;
  readonly sessionId: string;
  /** The life of the session that the mail speaks of; if it has moved on by then, the mail is skipped. */
  readonly generation: number;
  readonly toAddress: string;
}

/** Queues a mail; it leaves by workflow once the caller's unit of work has been committed. */
export async function requestEmail(uow: TenantWork, request: EmailRequest): Promise<{ emailId: string }> {
  const { orgId } = uow.actor;
  const email = await Email.create({
    orgId,
    kind: request.kind,
    candidateSessionId: request.sessionId,
    sessionGeneration: request.generation,
    toAddress: request.toAddress,
  });
  uow.enqueue({ start: emailStart({ orgId, emailId: email.id }, sessionRef(request.sessionId)) });
  return { emailId: email.id };
}

/** What an invitation says, without its link, which is derived where it is rendered. */
export interface InvitationFacts {
  readonly kind: 'invitation';
  readonly emailId: string;
  readonly toAddress: string;
  readonly candidateName: string;
  readonly title: string;
  readonly role: string;
  readonly expiresAt: Date;
  readonly link: SessionLink;
}

/** `send`: an intent is recorded and the caller must send now. `settled`: nothing is left to do. */
export type SendingDecision =
  | { readonly outcome: 'send'; readonly facts: InvitationFacts }
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
  const session = await CandidateSession.findOne({ where: { id: email.candidateSessionId ?? '0' } });
  const simulation = session && (await Simulation.findOne({ where: { id: session.simulationId } }));
  if (!simulation || !isOpen(session.status) || session.generation !== email.sessionGeneration) {
    await settle(uow, email, {
      status: 'skipped',
      lastError: 'The invitation was no longer valid when its turn came',
    });
    return { outcome: 'settled', status: 'skipped' };
  }
  if (!(await beginEffect(uow, effectOf(emailId))).isNew) {
    await recordUnknown(uow, { emailId, reason: 'An earlier attempt ended without an answer from the mail server' });
    return { outcome: 'settled', status: 'failed' };
  }
  return {
    outcome: 'send',
    facts: {
      kind: email.kind,
      emailId,
      toAddress: email.toAddress,
      candidateName: session.candidateName,
      title: simulation.title,
      role: simulation.role,
      expiresAt: session.expiresAt,
      link: { id: session.id, tokenKeyId: session.tokenKeyId, generation: session.generation },
    },
  };
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
