import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { UserActor } from '../../domain/identity/actor.ts';
import type { CandidateSession } from '../../models/candidate-session.ts';
import { Email } from '../../models/email.ts';
import { requestEmail } from '../mail/email-requests.ts';
import { timeFor } from './session-time.ts';

/** An invite is not mailed again within this time. */
const RESEND_AFTER_MS = 30_000;

export type MailedAgain =
  | { readonly outcome: 'requested'; readonly emailId: string }
  | { readonly outcome: 'rate_limited'; readonly last: Email; readonly retryAfterSeconds: number };

/** Mails the link of the session's present life, by workflow after the commit. */
export async function mailInvite(
  uow: UnitOfWork<UserActor>,
  { id, generation, inviteEmail }: CandidateSession,
): Promise<string> {
  const { emailId } = await requestEmail(uow, {
    kind: 'invitation',
    sessionId: id,
    generation,
    toAddress: inviteEmail,
  });
  return emailId;
}

/** The same once more, unless the last one was asked for a moment ago; the session's row is locked by the caller. */
export async function mailInviteAgain(uow: UnitOfWork<UserActor>, session: CandidateSession): Promise<MailedAgain> {
  const last = await Email.findOne({
    where: { candidateSessionId: session.id, kind: 'invitation' },
    order: [['createdAt', 'DESC']],
  });
  const leftMs = last ? last.createdAt.getTime() + RESEND_AFTER_MS - (await timeFor(uow, session)).getTime() : 0;
  if (last && leftMs > 0) return { outcome: 'rate_limited', last, retryAfterSeconds: Math.ceil(leftMs / 1_000) };
  const emailId = await mailInvite(uow, session);
  auditInvite(uow, session, 'candidate_session.invite_resent');
  return { outcome: 'requested', emailId };
}

/** What has become of it so far. */
export function readInviteMail(emailId: string): Promise<Email> {
  return Email.findByPk(emailId, { rejectOnEmpty: true });
}

export function auditInvite(
  uow: UnitOfWork<UserActor>,
  { id, inviteEmail, candidateName, generation, expiresAt }: CandidateSession,
  action: string,
  before?: object,
): void {
  uow.audit({
    action,
    resource: { type: 'candidate_session', id },
    ...(before && { before }),
    after: { inviteEmail, candidateName, generation, expiresAt: expiresAt.toISOString() },
  });
}
