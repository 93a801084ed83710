import { AppError } from '../../core/errors.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import { decideClaim } from '../../domain/hiring/claim.ts';
import type { CandidateActor } from '../../domain/identity/actor.ts';
import { CandidateSession } from '../../models/candidate-session.ts';
import { Organization } from '../../models/organization.ts';
import { Simulation } from '../../models/simulation.ts';
import { signalSessionChanged } from './session-signals.ts';
import { timeFor, withTime } from './session-time.ts';

export interface Claimed {
  readonly session: CandidateSession;
  readonly simulation: Simulation;
}

/** Claims the session that an invite token opened, under its row's lock; a refused claim changes nothing. */
export async function claimByInvite(uow: UnitOfWork<CandidateActor>, sessionId: string): Promise<Claimed> {
  const session = await CandidateSession.findByPk(sessionId, { lock: true, ...withTime });
  if (!session) throw new AppError('INVITE_TOKEN_UNKNOWN');
  await claimSession(uow, session);
  const simulation = await Simulation.findByPk(session.simulationId, { rejectOnEmpty: true });
  return { session, simulation };
}

/**
 * Gives a locked session to the candidate: from now on their identity decides, and the clock is their work window.
 * @throws {AppError} INVITE_REVOKED, INVITE_TOKEN_EXPIRED, CANDIDATE_SESSION_NOT_FOUND, EMAIL_NOT_VERIFIED
 */
export async function claimSession(
  uow: UnitOfWork<CandidateActor>,
  session: CandidateSession,
): Promise<CandidateSession> {
  const now = await timeFor(uow, session);
  const { identity } = uow.actor;
  const verdict = decideClaim(session, identity, now);
  switch (verdict) {
    case 'revoked':
      throw new AppError('INVITE_REVOKED');
    case 'expired':
      throw new AppError('INVITE_TOKEN_EXPIRED');
    case 'not_theirs':
      throw new AppError('CANDIDATE_SESSION_NOT_FOUND');
    case 'email_unverified':
      throw new AppError('EMAIL_NOT_VERIFIED');
    case 'already_theirs':
      return session;
    case 'claim':
      break;
  }
  const expiresAt = new Date(now.getTime() + (await workWindowSeconds(session)) * 1000);
  await session.update({
    status: 'in_progress',
    claimedAt: now,
    startedAt: now,
    expiresAt,
    candidateIssuer: identity.issuer,
    candidateSub: identity.subject,
    candidateEmail: identity.email,
  });
  uow.audit({
    action: 'candidate_session.claimed',
    resource: { type: 'candidate_session', id: session.id },
    after: { startedAt: now.toISOString(), expiresAt: expiresAt.toISOString() },
  });
  signalSessionChanged(uow, session);
  return session;
}

/** The simulation's own window, else the organisation's. */
async function workWindowSeconds({ simulationId, orgId }: CandidateSession): Promise<number> {
  const simulation = await Simulation.findByPk(simulationId, { rejectOnEmpty: true });
  if (simulation.workWindowSeconds !== null) return simulation.workWindowSeconds;
  const organization = await Organization.findByPk(orgId, { rejectOnEmpty: true });
  return organization.workWindowSeconds;
}
