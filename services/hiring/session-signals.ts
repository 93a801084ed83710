import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { CandidateSession } from '../../models/candidate-session.ts';
import { candidateSessionStart, sessionChangedSignal } from '../../workflows/hiring/candidate-session.contract.ts';

/** Tells the session's clock to read its row again. */
export function signalSessionChanged(
  uow: UnitOfWork,
  { id, orgId, generation }: Pick<CandidateSession, 'id' | 'orgId' | 'generation'>,
): void {
  uow.enqueue({
    start: candidateSessionStart({ orgId, sessionId: id, generation }),
    signal: { name: sessionChangedSignal },
  });
}
