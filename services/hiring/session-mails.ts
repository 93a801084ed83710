import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { ReminderKind } from '../../domain/hiring/reminders.ts';
import type { NewsKind } from '../../domain/mail/email.ts';
import type { CandidateSession } from '../../models/candidate-session.ts';
import { Simulation } from '../../models/simulation.ts';
import { User } from '../../models/user.ts';
import { requestOnce } from '../mail/email-requests.ts';

type Session = Pick<CandidateSession, 'id' | 'orgId' | 'generation' | 'simulationId'>;

/** Mails the candidate that the session's clock ends soon; with the caller's commit, once a life. */
export function mailReminder(
  uow: UnitOfWork,
  session: Session & Pick<CandidateSession, 'inviteEmail'>,
  kind: ReminderKind,
): Promise<void> {
  return requestOnce(uow, session, { kind, toAddress: session.inviteEmail });
}

/** Mails who made the simulation, if that account is still active; with the caller's commit, once a life. */
export async function tellRecruiter(uow: UnitOfWork, session: Session, kind: NewsKind): Promise<void> {
  const recruiter = await readRecruiter(session);
  if (recruiter) await requestOnce(uow, session, { kind, toAddress: recruiter.email });
}

/** Who made the session's simulation; undefined when the account is closed. */
export async function readRecruiter({ simulationId }: Pick<Session, 'simulationId'>): Promise<User | undefined> {
  const { createdBy } = await Simulation.findByPk(simulationId, { rejectOnEmpty: true });
  return (await User.findOne({ where: { id: createdBy, isActive: true } })) ?? undefined;
}
