import { violatedConstraint } from '../../core/database.ts';
import { AppError } from '../../core/errors.ts';
import { permit } from '../../core/permit.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import { hasExpired } from '../../domain/hiring/claim.ts';
import { mayInvite } from '../../domain/hiring/policies.ts';
import { isOpen } from '../../domain/hiring/session.ts';
import type { UserActor } from '../../domain/identity/actor.ts';
import { CandidateSession } from '../../models/candidate-session.ts';
import { closeWorkspaces } from '../workspaces/closing.ts';
import type { LinkSettings } from './invite-links.ts';
import { auditInvite, mailInviteAgain, type MailedAgain } from './invite-mail.ts';
import { renewSession, startSessionLife } from './session-lives.ts';
import { signalSessionChanged } from './session-signals.ts';
import { timeFor, withTime } from './session-time.ts';
import { findSimulation } from './simulations.ts';

type Work = UnitOfWork<UserActor>;

/**
 * Mails the link once more. @returns `rate_limited` when it was mailed less than half a minute ago
 * @throws {AppError} SIMULATION_NOT_FOUND (another's), CANDIDATE_SESSION_NOT_FOUND, SESSION_ENDED
 */
export async function resendInvite(uow: Work, simulationId: string, sessionId: string): Promise<MailedAgain> {
  return mailInviteAgain(uow, await openSession(uow, simulationId, sessionId));
}

/**
 * Ends a session before its time: its link and its access to repositories end with it. What was handed in stays. A repeat
 * changes nothing, also not the reason.
 * @throws {AppError} SIMULATION_NOT_FOUND (another's), CANDIDATE_SESSION_NOT_FOUND, SESSION_ENDED
 */
export async function revokeSession(
  uow: Work,
  simulationId: string,
  sessionId: string,
  reason: string,
): Promise<CandidateSession> {
  const session = await lockSession(uow, simulationId, sessionId);
  if (session.status === 'revoked') return session;
  await assertOpen(uow, session);
  const { generation } = session;
  const before = { status: session.status, generation };
  await session.update({ status: 'revoked', revokedAt: await timeFor(uow, session), revokedReason: reason });
  uow.audit({
    action: 'candidate_session.revoked',
    resource: { type: 'candidate_session', id: session.id },
    before,
    after: { status: session.status, generation, revokedReason: reason },
  });
  await closeWorkspaces(uow, session.id);
  signalSessionChanged(uow, session);
  uow.notify(`session:${session.id}`);
  return session;
}

export interface Correction {
  readonly candidateName?: string;
  /** Trimmed and lower-cased. */
  readonly inviteEmail?: string;
}

/**
 * Corrects whom an invite is for, before it is claimed. Another address gets a link and a clock of its own; the link that went to
 * the wrong one ends.
 * @throws {AppError} SIMULATION_NOT_FOUND (another's), CANDIDATE_SESSION_NOT_FOUND, SESSION_ENDED, SESSION_CLAIMED,
 * CANDIDATE_INVITED_ALREADY
 */
export async function correctInvitee(
  uow: Work,
  simulationId: string,
  sessionId: string,
  { candidateName, inviteEmail }: Correction,
  settings: LinkSettings & { readonly repoPrefix: string },
): Promise<CandidateSession> {
  const session = await openSession(uow, simulationId, sessionId);
  if (session.status !== 'not_started') throw new AppError('SESSION_CLAIMED');
  const before = { candidateName: session.candidateName, inviteEmail: session.inviteEmail };
  session.set({ candidateName: candidateName ?? before.candidateName, inviteEmail: inviteEmail ?? before.inviteEmail });
  if (session.changed() === false) return session;
  const isOtherAddress = session.inviteEmail !== before.inviteEmail;
  await session.save().catch(translateTaken);
  if (isOtherAddress) {
    signalSessionChanged(uow, session); // the life that ends here reads that it has
    await renewSession(uow, session, settings);
    await startSessionLife(uow, session, settings.repoPrefix);
  }
  auditInvite(uow, session, 'candidate_session.invitee_corrected', before);
  uow.notify(`session:${session.id}`);
  return session;
}

async function openSession(uow: Work, simulationId: string, sessionId: string): Promise<CandidateSession> {
  const session = await lockSession(uow, simulationId, sessionId);
  await assertOpen(uow, session);
  return session;
}

async function lockSession({ actor }: Work, simulationId: string, id: string): Promise<CandidateSession> {
  permit(mayInvite(actor, await findSimulation(simulationId)), { hidden: 'SIMULATION_NOT_FOUND' });
  const session = await CandidateSession.findOne({ ...withTime, where: { id, simulationId }, lock: true });
  if (!session) throw new AppError('CANDIDATE_SESSION_NOT_FOUND');
  return session;
}

async function assertOpen(uow: Work, session: CandidateSession): Promise<void> {
  if (!isOpen(session.status) || hasExpired(session, await timeFor(uow, session))) throw new AppError('SESSION_ENDED');
}

function translateTaken(error: unknown): never {
  if (violatedConstraint(error) === 'candidate_sessions_org_id_simulation_id_invite_email_key') {
    throw new AppError('CANDIDATE_INVITED_ALREADY', undefined, { cause: error });
  }
  throw error;
}
