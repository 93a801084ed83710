import { rowsOf } from '../../core/database.ts';
import { AppError } from '../../core/errors.ts';
import { permit } from '../../core/permit.ts';
import { hashSecret } from '../../core/tokens.ts';
import type { UnitOfWork, UnitsOfWork } from '../../core/unit-of-work.ts';
import { hasExpired, isMeantFor } from '../../domain/hiring/claim.ts';
import { mayWorkOnSession } from '../../domain/hiring/policies.ts';
import { anonymous, candidateActor, type CandidateActor, type CandidateIdentity } from '../../domain/identity/actor.ts';
import { CandidateSession } from '../../models/candidate-session.ts';
import { SimulationTask } from '../../models/simulation-task.ts';
import { Submission } from '../../models/submission.ts';
import { claimSession } from './claims.ts';
import { timeFor, withTime } from './session-time.ts';

interface Found {
  readonly id: string;
  readonly actor: CandidateActor;
}

/** Finds whose session an invite token opens, before any tenant is known. */
export async function findByInviteToken(
  units: UnitsOfWork,
  identity: CandidateIdentity,
  token: string,
): Promise<Found> {
  return find(units, identity, 'lookup_session_by_token', hashSecret(token), 'INVITE_TOKEN_UNKNOWN');
}

/** Finds which organisation a session belongs to; whether it is this candidate's is decided when it is loaded. */
export async function findBySessionId(
  units: UnitsOfWork,
  identity: CandidateIdentity,
  sessionId: string,
): Promise<Found> {
  return find(units, identity, 'lookup_session', sessionId, 'CANDIDATE_SESSION_NOT_FOUND');
}

async function find(
  units: UnitsOfWork,
  identity: CandidateIdentity,
  lookup: 'lookup_session' | 'lookup_session_by_token',
  key: string | Buffer,
  missing: 'INVITE_TOKEN_UNKNOWN' | 'CANDIDATE_SESSION_NOT_FOUND',
): Promise<Found> {
  const [row] = await units.read(anonymous, ({ db }) =>
    rowsOf<{ id: string; org_id: string }>(db, `select id, org_id from ${lookup}($1)`, [key]),
  );
  if (!row) throw new AppError(missing);
  return { id: row.id, actor: candidateActor(row.org_id, identity) };
}

/**
 * The candidate's own session, locked in a writing unit of work. An unclaimed one is claimed here when the address matches
 * (contracts/hiring.md section 4, current_task).
 * @throws {AppError} CANDIDATE_SESSION_NOT_FOUND, INVITE_TOKEN_EXPIRED, INVITE_REVOKED, EMAIL_NOT_VERIFIED
 */
export async function openOwnSession(uow: UnitOfWork<CandidateActor>, sessionId: string): Promise<CandidateSession> {
  const session = await CandidateSession.findByPk(sessionId, { lock: true, ...withTime });
  if (!session) throw new AppError('CANDIDATE_SESSION_NOT_FOUND');
  if (session.candidateSub !== null) return assertOwn(uow, session);
  // An id is easily guessed: before the claim, only whom it was meant for learns that there is something and how it stands.
  if (!isMeantFor(session, uow.actor.identity)) throw new AppError('CANDIDATE_SESSION_NOT_FOUND');
  return claimSession(uow, session);
}

/** The candidate's own session without a lock, for reads; `null` when nobody has claimed it yet. */
export async function readClaimedSession(
  uow: UnitOfWork<CandidateActor>,
  sessionId: string,
): Promise<CandidateSession | null> {
  const session = await CandidateSession.findByPk(sessionId, withTime);
  if (!session) throw new AppError('CANDIDATE_SESSION_NOT_FOUND');
  return session.candidateSub === null ? null : assertOwn(uow, session);
}

async function assertOwn(uow: UnitOfWork<CandidateActor>, session: CandidateSession): Promise<CandidateSession> {
  permit(mayWorkOnSession(uow.actor, session), { hidden: 'CANDIDATE_SESSION_NOT_FOUND' });
  if (session.status === 'revoked') throw new AppError('INVITE_REVOKED');
  if (hasExpired(session, await timeFor(uow, session))) throw new AppError('INVITE_TOKEN_EXPIRED');
  return session;
}

export interface CandidateTask {
  readonly session: CandidateSession;
  readonly task: SimulationTask;
  /** All five, in the order of their days. */
  readonly tasks: readonly SimulationTask[];
  readonly submitted: ReadonlySet<string>;
}

/**
 * A task of the candidate's own session. With `lock` the session's row is held, so that two commands on it come one after
 * the other.
 * @throws {AppError} CANDIDATE_SESSION_NOT_FOUND, INVITE_TOKEN_EXPIRED, INVITE_REVOKED, TASK_NOT_FOUND
 */
export async function loadCandidateTask(
  uow: UnitOfWork<CandidateActor>,
  { sessionId, taskId, lock }: { sessionId: string; taskId: string; lock: boolean },
): Promise<CandidateTask> {
  const session = lock ? await openOwnSession(uow, sessionId) : await readClaimedSession(uow, sessionId);
  if (!session) throw new AppError('CANDIDATE_SESSION_NOT_FOUND');
  const { tasks, submitted } = await loadProgress(session);
  const task = tasks.find(({ id }) => id === taskId);
  if (!task) throw new AppError('TASK_NOT_FOUND');
  return { session, task, tasks, submitted };
}

/** The five tasks and which of them are handed in. */
export async function loadProgress(
  session: Pick<CandidateSession, 'id' | 'simulationId'>,
): Promise<{ tasks: readonly SimulationTask[]; submitted: ReadonlySet<string> }> {
  const tasks = await SimulationTask.findAll({
    where: { simulationId: session.simulationId },
    order: [['dayIndex', 'ASC']],
  });
  if (tasks.length === 0) throw new AppError('INTERNAL_ERROR', 'Simulation has no tasks');
  const rows = await Submission.findAll({
    attributes: ['taskId'],
    where: { candidateSessionId: session.id },
    raw: true,
  });
  return { tasks, submitted: new Set(rows.map(({ taskId }) => taskId)) };
}
