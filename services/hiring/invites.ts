import { Transaction } from 'sequelize';
import { rowsOf } from '../../core/database.ts';
import { AppError } from '../../core/errors.ts';
import { permit } from '../../core/permit.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import { hasExpired } from '../../domain/hiring/claim.ts';
import { mayInvite } from '../../domain/hiring/policies.ts';
import type { UserActor } from '../../domain/identity/actor.ts';
import { CandidateSession } from '../../models/candidate-session.ts';
import { TestRun } from '../../models/test-run.ts';
import { newInviteLink, type LinkSettings } from './invite-links.ts';
import { auditInvite, mailInviteAgain } from './invite-mail.ts';
import { renewSession, startSessionLife } from './session-lives.ts';
import { timeFor, withTime } from './session-time.ts';
import { findSimulation } from './simulations.ts';

export interface Invitee {
  readonly candidateName: string;
  /** Trimmed and lower-cased. */
  readonly inviteEmail: string;
}

export interface Invited {
  readonly session: CandidateSession;
  /** `created`: a new life with a new link; `resent`: the one that is there. */
  readonly outcome: 'created' | 'resent';
}

/**
 * Invites once per simulation and address. A repeat gives the session that is there; one that has expired or was revoked
 * begins a new life with a new link and clock.
 * @throws {AppError} SIMULATION_NOT_FOUND (another's), SIMULATION_CLOSED, CANDIDATE_ALREADY_COMPLETED,
 * SUBMISSION_IN_FLIGHT (it was handed in in time and may still complete the old life)
 */
export async function invite(
  uow: UnitOfWork<UserActor>,
  simulationId: string,
  invitee: Invitee,
  links: LinkSettings & { readonly repoPrefix: string },
): Promise<Invited> {
  await holdOpen(uow, simulationId);
  const { session, isNew } = await insertOrLock(uow, simulationId, invitee, links);
  if (isNew) {
    await startSessionLife(uow, session, links.repoPrefix);
    auditInvite(uow, session, 'candidate_session.invited');
    return { session, outcome: 'created' };
  }
  if (session.status === 'completed') {
    const message = 'This candidate has already completed the simulation';
    throw new AppError('CANDIDATE_ALREADY_COMPLETED', message, {
      extra: { error: { code: 'candidate_already_completed', message, outcome: 'rejected' } },
    });
  }
  if (session.status === 'revoked' || hasExpired(session, await timeFor(uow, session))) {
    if (await hasSubmissionInFlight(session))
      throw new AppError('SUBMISSION_IN_FLIGHT', undefined, { retryAfterSeconds: 30 });
    await renewSession(uow, session, links);
    await startSessionLife(uow, session, links.repoPrefix);
    auditInvite(uow, session, 'candidate_session.reinvited');
    return { session, outcome: 'created' };
  }
  await mailInviteAgain(uow, session);
  return { session, outcome: 'resent' };
}

/** Nobody closes it or changes its template until the invite is committed. @throws {AppError} SIMULATION_NOT_FOUND, SIMULATION_CLOSED */
async function holdOpen({ actor }: UnitOfWork<UserActor>, simulationId: string): Promise<void> {
  const simulation = await findSimulation(simulationId, { lock: Transaction.LOCK.SHARE });
  permit(mayInvite(actor, simulation), { hidden: 'SIMULATION_NOT_FOUND' });
  if (simulation.closedAt !== null) throw new AppError('SIMULATION_CLOSED');
}

/** What an earlier request with the same key has made, as it is now. @throws {AppError} SIMULATION_NOT_FOUND (another's) */
export async function findInvited(
  { actor }: UnitOfWork<UserActor>,
  simulationId: string,
  sessionId: string,
): Promise<Invited> {
  permit(mayInvite(actor, await findSimulation(simulationId)), { hidden: 'SIMULATION_NOT_FOUND' });
  return { session: await CandidateSession.findByPk(sessionId, { rejectOnEmpty: true }), outcome: 'resent' };
}

const TRIES = 5;

/** A session for the address; the one that is there is locked. */
async function insertOrLock(
  uow: UnitOfWork<UserActor>,
  simulationId: string,
  invitee: Invitee,
  links: LinkSettings,
): Promise<{ readonly session: CandidateSession; readonly isNew: boolean }> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const created = await insertSession(uow, simulationId, invitee, links);
    if (created) return { session: created, isNew: true };
    const where = { simulationId, inviteEmail: invitee.inviteEmail };
    const session = await CandidateSession.findOne({ ...withTime, where, lock: true });
    if (session) return { session, isNew: false };
    // Between the two statements its address was corrected: nobody is at this one any more.
  }
  throw new AppError('CONFLICT');
}

async function insertSession(
  uow: UnitOfWork<UserActor>,
  simulationId: string,
  { candidateName, inviteEmail }: Invitee,
  links: LinkSettings,
): Promise<CandidateSession | null> {
  const [next] = await rowsOf<{ id: string }>(
    uow.db,
    `select nextval(pg_get_serial_sequence('candidate_sessions', 'id')) as id`,
  );
  if (!next) throw new Error('no session id');
  const { tokenKeyId, tokenHash } = newInviteLink(links, next.id, 1);
  const inserted = await rowsOf<{ id: string }>(
    uow.db,
    `insert into candidate_sessions (id, org_id, simulation_id, candidate_name, invite_email, token_key_id, token_hash, invited_at, expires_at)
     select $1, o.id, $3, $4, $5, $6, $7, now(), now() + make_interval(secs => o.invite_life_seconds)
     from organizations o where o.id = $2
     on conflict (org_id, simulation_id, invite_email) do nothing
     returning id`,
    [next.id, uow.actor.orgId, simulationId, candidateName, inviteEmail, tokenKeyId, tokenHash],
  );
  return inserted[0] ? CandidateSession.findByPk(inserted[0].id, { rejectOnEmpty: true }) : null;
}

async function hasSubmissionInFlight({ id }: CandidateSession): Promise<boolean> {
  const active = { candidateSessionId: id, purpose: 'submission', status: ['queued', 'running'] };
  return (await TestRun.count({ where: active })) > 0;
}
