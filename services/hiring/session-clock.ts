import { rowsOf } from '../../core/database.ts';
import { AppError } from '../../core/errors.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import { dueReminder, type ClockReading } from '../../domain/hiring/reminders.ts';
import { isOpen } from '../../domain/hiring/session.ts';
import type { SystemActor } from '../../domain/identity/actor.ts';
import { CandidateSession } from '../../models/candidate-session.ts';
import { closeWorkspaces } from '../workspaces/closing.ts';
import { mailReminder, tellRecruiter } from './session-mails.ts';
import { timeFor, withTime } from './session-time.ts';
import type { CandidateSessionInput } from '../../workflows/hiring/candidate-session.contract.ts';

type ClockWork = UnitOfWork<SystemActor>;

/** What the clock needs of the row; times are ISO 8601, `readAt` by the database's clock. */
export interface SessionClock extends ClockReading {
  readonly generation: number;
}

/**
 * The row as the clock of one life sees it: a life that another has followed is over.
 * @throws {AppError} CANDIDATE_SESSION_NOT_FOUND; CONFLICT when the row has not come to this life
 */
export async function loadSessionClock(uow: ClockWork, input: CandidateSessionInput): Promise<SessionClock> {
  const session = await loadOwn(input, false);
  return clockOf(session, input, await timeFor(uow, session));
}

export interface ReminderInput extends CandidateSessionInput {
  /** The clock that the workflow waited for. */
  readonly armed: ClockReading;
}

/**
 * Queues the reminder whose time has come, by the database's clock and under the row's lock; none when the clock was moved, has
 * ended or lives on anew. Twice is once: each kind is mailed once in a life. @returns the clock as it is now
 */
export async function remindIfDue(uow: ClockWork, { armed, ...input }: ReminderInput): Promise<SessionClock> {
  const session = await loadOwn(input, true);
  const clock = clockOf(session, input, await timeFor(uow, session));
  const kind = dueReminder(armed, clock);
  if (kind) await mailReminder(uow, session, kind);
  return clock;
}

export type ExpiryOutcome = 'expired' | 'not_due' | 'ended' | 'submission_in_flight';

export interface ExpiryVerdict extends SessionClock {
  readonly outcome: ExpiryOutcome;
}

/**
 * Expires the session if it is open and its deadline has passed, by the database's clock and under the row's lock. A
 * hand-in that was asked for in time and still runs holds it open. Harmless to repeat.
 */
export async function expireIfDue(uow: ClockWork, input: CandidateSessionInput): Promise<ExpiryVerdict> {
  const session = await loadOwn(input, true);
  const life = clockOf(session, input, await timeFor(uow, session));
  if (!isOpen(life.status)) return { outcome: 'ended', ...life };
  // A second statement, so that it sees what the last holder of the lock has committed.
  const [facts] = await rowsOf<{ due: boolean; inFlight: boolean; now: Date }>(
    uow.db,
    `select s.expires_at <= now() as due, now() as now,
            exists (select from test_runs r
                    where r.org_id = s.org_id and r.candidate_session_id = s.id and r.purpose = 'submission'
                      and r.status in ('queued', 'running') and r.requested_at <= s.expires_at) as "inFlight"
     from candidate_sessions s where s.org_id = $1 and s.id = $2`,
    [uow.actor.orgId, input.sessionId],
  );
  if (!facts?.due) return { outcome: 'not_due', ...life };
  if (facts.inFlight) return { outcome: 'submission_in_flight', ...life };
  const before = { status: session.status };
  await session.update({ status: 'expired', expiredAt: facts.now });
  await recordEnd(uow, session, 'candidate_session.expired', before);
  await tellRecruiter(uow, session, 'session_expired');
  return { outcome: 'expired', ...clockOf(session, input, facts.now) };
}

/** Ends an open session as `revoked`, because its clock was cancelled. Does nothing when it has ended or lives on anew. */
export async function recordSessionEnded(
  uow: ClockWork,
  { sessionId, generation, reason }: CandidateSessionInput & { readonly reason: string },
): Promise<void> {
  const session = await CandidateSession.findOne({ where: { id: sessionId, generation }, lock: true });
  if (!session || !isOpen(session.status)) return;
  const before = { status: session.status };
  await session.update({ status: 'revoked', revokedAt: new Date(), revokedReason: reason });
  await recordEnd(uow, session, 'candidate_session.revoked', before);
}

async function loadOwn({ sessionId, generation }: CandidateSessionInput, lock: boolean): Promise<CandidateSession> {
  const session = await CandidateSession.findOne({ where: { id: sessionId }, lock, ...withTime });
  if (!session) throw new AppError('CANDIDATE_SESSION_NOT_FOUND');
  if (session.generation < generation) {
    throw new AppError(
      'CONFLICT',
      `Candidate session ${sessionId} is in life ${session.generation}, not ${generation}`,
    );
  }
  return session;
}

function clockOf(session: CandidateSession, { generation }: CandidateSessionInput, now: Date): SessionClock {
  const status = session.generation === generation ? session.status : 'revoked';
  return { status, expiresAt: session.expiresAt.toISOString(), generation, readAt: now.toISOString() };
}

async function recordEnd(uow: ClockWork, session: CandidateSession, action: string, before: object): Promise<void> {
  await closeWorkspaces(uow, session.id);
  const { id, status, generation, revokedReason, expiresAt } = session;
  uow.audit({
    action,
    resource: { type: 'candidate_session', id },
    before,
    after: { status, generation, expiresAt: expiresAt.toISOString(), revokedReason },
  });
  uow.notify(`session:${id}`);
}
