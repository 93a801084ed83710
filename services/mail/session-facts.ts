import { reminderHolds, type ReminderKind } from '../../domain/hiring/reminders.ts';
import { isOpen } from '../../domain/hiring/session.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { NewsKind } from '../../domain/mail/email.ts';
import { CandidateSession } from '../../models/candidate-session.ts';
import { Email } from '../../models/email.ts';
import { Simulation } from '../../models/simulation.ts';
import { readRecruiter } from '../hiring/session-mails.ts';
import type { SessionLink } from '../hiring/invite-links.ts';
import { timeFor, withTime } from '../hiring/session-time.ts';

interface ToCandidate {
  readonly emailId: string;
  readonly toAddress: string;
  readonly candidateName: string;
  readonly title: string;
  readonly role: string;
  readonly expiresAt: Date;
  readonly link: SessionLink;
}

/** What an invitation or a reminder says, without its link, which is derived where it is rendered. */
export type CandidateMailFacts = ToCandidate & { readonly kind: 'invitation' | ReminderKind };

/** What a recruiter is told. */
export interface NewsFacts {
  readonly kind: NewsKind;
  readonly emailId: string;
  readonly toAddress: string;
  readonly recruiterName: string;
  readonly candidateName: string;
  readonly inviteEmail: string;
  readonly title: string;
  readonly at: Date;
  readonly claimed: boolean;
  readonly reason: string | null;
}

/** The life that a mail speaks of; undefined when the session lives on anew. */
async function lifeOf({ candidateSessionId, sessionGeneration }: Email) {
  const where = { id: candidateSessionId ?? '0', generation: sessionGeneration ?? 0 };
  const session = await CandidateSession.findOne({ where, ...withTime });
  const simulation = session && (await Simulation.findOne({ where: { id: session.simulationId } }));
  return simulation ? { session, simulation } : undefined;
}

/** @returns undefined when it is no longer true that the session waits for the candidate, or that its end is near */
export async function candidateMailFacts(
  uow: UnitOfWork,
  email: Email,
  kind: 'invitation' | ReminderKind,
): Promise<CandidateMailFacts | undefined> {
  const life = await lifeOf(email);
  if (!life || !isOpen(life.session.status)) return undefined;
  const { session, simulation } = life;
  const { status, expiresAt, generation } = session;
  const clock = { status, expiresAt: expiresAt.toISOString(), readAt: (await timeFor(uow, session)).toISOString() };
  if (kind !== 'invitation' && !reminderHolds(kind, clock)) return undefined;
  return {
    kind,
    emailId: email.id,
    toAddress: email.toAddress,
    candidateName: session.candidateName,
    title: simulation.title,
    role: simulation.role,
    expiresAt,
    link: { id: session.id, tokenKeyId: session.tokenKeyId, generation },
  };
}

/** @returns undefined when the account is closed by now, or what it would be told is no longer so */
export async function newsFacts(email: Email, kind: NewsKind): Promise<NewsFacts | undefined> {
  const life = await lifeOf(email);
  const recruiter = life && (await readRecruiter(life.session));
  if (!recruiter) return undefined;
  const { session, simulation } = life;
  const fact = kind === 'invitation_failed' ? await failedInvitation(session) : endOf(session, kind);
  if (!fact) return undefined;
  return {
    kind,
    emailId: email.id,
    toAddress: email.toAddress,
    recruiterName: recruiter.name,
    candidateName: session.candidateName,
    inviteEmail: session.inviteEmail,
    title: simulation.title,
    claimed: session.claimedAt !== null,
    reason: null,
    ...fact,
  };
}

function endOf(session: CandidateSession, kind: 'session_completed' | 'session_expired'): { at: Date } | undefined {
  const { status, completedAt, expiresAt } = session;
  if (kind === 'session_completed') return status === 'completed' && completedAt ? { at: completedAt } : undefined;
  return status === 'expired' ? { at: expiresAt } : undefined;
}

/** The last invitation of this life, if that is how it ended: one that was sent again since then may have arrived. */
async function failedInvitation(session: CandidateSession): Promise<{ at: Date; reason: string | null } | undefined> {
  const last = await Email.findOne({
    where: { candidateSessionId: session.id, sessionGeneration: session.generation, kind: 'invitation' },
    order: [['createdAt', 'DESC']],
  });
  if (session.status !== 'not_started' || last?.status !== 'failed') return undefined;
  return { at: last.updatedAt, reason: last.lastError };
}
