import type { UnitsOfWork } from '../core/unit-of-work.ts';
import { systemActor } from '../domain/identity/actor.ts';
import {
  expireIfDue,
  loadSessionClock,
  recordSessionEnded,
  remindIfDue,
  type ExpiryVerdict,
  type ReminderInput,
  type SessionClock,
} from '../services/hiring/session-clock.ts';
import type { CandidateSessionInput } from '../workflows/hiring/candidate-session.contract.ts';

const COMPONENT = 'workflow:candidate-session';

/** What the candidate session's clock does; each is one unit of work and may run twice. */
export function hiringActivities({ units }: { readonly units: UnitsOfWork }) {
  return {
    loadSession(input: CandidateSessionInput): Promise<SessionClock> {
      return units.read(systemActor(input.orgId, COMPONENT), (uow) => loadSessionClock(uow, input));
    },
    expireIfDue(input: CandidateSessionInput): Promise<ExpiryVerdict> {
      return units.write(systemActor(input.orgId, COMPONENT), (uow) => expireIfDue(uow, input));
    },
    remindIfDue(input: ReminderInput): Promise<SessionClock> {
      return units.write(systemActor(input.orgId, COMPONENT), (uow) => remindIfDue(uow, input));
    },
    recordSessionEnded(input: CandidateSessionInput & { readonly reason: string }): Promise<void> {
      return units.write(systemActor(input.orgId, COMPONENT), (uow) => recordSessionEnded(uow, input));
    },
  };
}
