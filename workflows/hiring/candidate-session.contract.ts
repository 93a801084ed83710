import type { SessionStatus } from '../../domain/hiring/session.ts';
import { taskQueues } from '../queues.contract.ts';

export interface CandidateSessionInput {
  readonly orgId: string;
  readonly sessionId: string;
  readonly generation: number;
}

export interface CandidateSessionResult {
  readonly status: SessionStatus;
}

/** What the clock is doing: `submission_in_flight` is past the deadline, waiting for a hand-in that came in time. */
export type SessionPhase = 'loading' | SessionStatus | 'submission_in_flight';

/** The row's status or deadline has changed: read it again. */
export const sessionChangedSignal = 'sessionChanged';

/** Answers with a `SessionPhase`. */
export const sessionPhaseQuery = 'phase';

/** A life of a session's clock: from an invite until completed, expired or revoked. */
export function candidateSessionStart({ orgId, sessionId, generation }: CandidateSessionInput) {
  return {
    workflowId: `candidate-session/${sessionId}/${generation}`,
    type: 'candidateSession',
    taskQueue: taskQueues.db,
    input: { orgId, sessionId, generation },
    orgId,
    kind: 'candidate-session',
    ref: sessionRef(sessionId),
    summary: `Candidate session ${sessionId}: its clock, until it is completed, expired or revoked`,
  };
}

/** The search attribute value that all workflows around one session share. */
export function sessionRef(sessionId: string): string {
  return `session-${sessionId}`;
}
