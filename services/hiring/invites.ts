import { rowsOf } from '../../core/database.ts';
import { AppError } from '../../core/errors.ts';
import { permit } from '../../core/permit.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import { hasWorkspace } from '../../domain/hiring/blueprint.ts';
import { hasExpired } from '../../domain/hiring/claim.ts';
import { mayInvite } from '../../domain/hiring/policies.ts';
import type { UserActor } from '../../domain/identity/actor.ts';
import { workspaceRepository } from '../../domain/workspaces/workspace.ts';
import { CandidateSession } from '../../models/candidate-session.ts';
import { Email } from '../../models/email.ts';
import { Organization } from '../../models/organization.ts';
import type { SimulationTask } from '../../models/simulation-task.ts';
import { TestRun } from '../../models/test-run.ts';
import { candidateSessionStart } from '../../workflows/hiring/candidate-session.contract.ts';
import { requestEmail } from '../mail/email-requests.ts';
import { requestWorkspace } from '../workspaces/provisioning.ts';
import { newInviteLink, type LinkSettings } from './invite-links.ts';
import type { SimulationWithTasks } from './simulations.ts';

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

/** A repeated invite does not mail again within this time. */
const RESEND_AFTER_MS = 30_000;

/**
 * Invites once per simulation and address. A repeat gives the session that is there; one that has expired or was revoked
 * begins a new life with a new link and clock.
 * @throws {AppError} SIMULATION_NOT_FOUND (another's), CANDIDATE_ALREADY_COMPLETED,
 * SUBMISSION_IN_FLIGHT (it was handed in in time and may still complete the old life)
 */
export async function invite(
  uow: UnitOfWork<UserActor>,
  { simulation, tasks }: SimulationWithTasks,
  invitee: Invitee,
  links: LinkSettings & { readonly repoPrefix: string },
): Promise<Invited> {
  permit(mayInvite(uow.actor, simulation), { hidden: 'SIMULATION_NOT_FOUND' });
  const created = await insertSession(uow, simulation.id, invitee, links);
  if (created) {
    await startLife(uow, created, tasks, links.repoPrefix);
    audit(uow, created, 'candidate_session.invited');
    return { session: created, outcome: 'created' };
  }
  const session = await CandidateSession.findOne({
    where: { simulationId: simulation.id, inviteEmail: invitee.inviteEmail },
    lock: true,
    rejectOnEmpty: true,
  });
  if (session.status === 'completed') {
    const message = 'This candidate has already completed the simulation';
    throw new AppError('CANDIDATE_ALREADY_COMPLETED', message, {
      extra: { error: { code: 'candidate_already_completed', message, outcome: 'rejected' } },
    });
  }
  if (session.status === 'revoked' || hasExpired(session, new Date())) {
    if (await hasSubmissionInFlight(session))
      throw new AppError('SUBMISSION_IN_FLIGHT', undefined, { retryAfterSeconds: 30 });
    await renew(uow, session, links);
    await startLife(uow, session, tasks, links.repoPrefix);
    audit(uow, session, 'candidate_session.reinvited');
    return { session, outcome: 'created' };
  }
  await mailAgain(uow, session);
  return { session, outcome: 'resent' };
}

/** What an earlier request with the same key has made, as it is now. @throws {AppError} SIMULATION_NOT_FOUND (another's) */
export async function findInvited(
  { actor }: UnitOfWork<UserActor>,
  { simulation }: SimulationWithTasks,
  sessionId: string,
): Promise<Invited> {
  permit(mayInvite(actor, simulation), { hidden: 'SIMULATION_NOT_FOUND' });
  return { session: await CandidateSession.findByPk(sessionId, { rejectOnEmpty: true }), outcome: 'resent' };
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

async function renew(uow: UnitOfWork<UserActor>, session: CandidateSession, links: LinkSettings): Promise<void> {
  const organization = await Organization.findByPk(uow.actor.orgId, { rejectOnEmpty: true });
  const generation = session.generation + 1;
  const now = Date.now();
  await session.update({
    ...newInviteLink(links, session.id, generation),
    generation,
    status: 'not_started',
    invitedAt: new Date(now),
    expiresAt: new Date(now + organization.inviteLifeSeconds * 1000),
    claimedAt: null,
    startedAt: null,
    expiredAt: null,
    revokedAt: null,
    revokedReason: null,
    candidateIssuer: null,
    candidateSub: null,
    candidateEmail: null,
  });
}

/** The clock, the mail and the repositories of days 2 and 3; all of it after the commit, none of it awaited. */
async function startLife(
  uow: UnitOfWork<UserActor>,
  session: CandidateSession,
  tasks: readonly SimulationTask[],
  repoPrefix: string,
): Promise<void> {
  uow.enqueue({
    start: candidateSessionStart({ orgId: session.orgId, sessionId: session.id, generation: session.generation }),
  });
  await mail(uow, session);
  for (const task of tasks) {
    if (!hasWorkspace(task.type) || task.templateRepo === null) continue;
    const wanted = { sessionId: session.id, taskId: task.id, templateRepo: task.templateRepo };
    await requestWorkspace(uow, { ...wanted, repoFullName: workspaceRepository({ ...wanted, repoPrefix }) });
  }
}

async function mailAgain(uow: UnitOfWork<UserActor>, session: CandidateSession): Promise<void> {
  const last = await Email.findOne({
    where: { candidateSessionId: session.id },
    order: [['createdAt', 'DESC']],
  });
  if (last && Date.now() - last.createdAt.getTime() < RESEND_AFTER_MS) return;
  await mail(uow, session);
  audit(uow, session, 'candidate_session.invite_resent');
}

async function mail(uow: UnitOfWork<UserActor>, { id, generation, inviteEmail }: CandidateSession): Promise<void> {
  await requestEmail(uow, { kind: 'invitation', sessionId: id, generation, toAddress: inviteEmail });
}

function audit(uow: UnitOfWork<UserActor>, session: CandidateSession, action: string): void {
  const { inviteEmail, candidateName, generation, expiresAt } = session;
  uow.audit({
    action,
    resource: { type: 'candidate_session', id: session.id },
    after: { inviteEmail, candidateName, generation, expiresAt: expiresAt.toISOString() },
  });
}
