/** The shortest wait: the database's clock may lag behind the one that ended the last wait. */
const SHORTEST_LOOK_MS = 1_000;
/** How often a session that is past its deadline looks whether its last submission has ended, if nobody tells it. */
const IN_FLIGHT_LOOK_MS = 60_000;

export interface ClockState {
  /** ISO 8601. */
  readonly expiresAt: string;
  /** The deadline has passed, but a submission that came in time still runs. */
  readonly submissionInFlight: boolean;
}

/** Milliseconds until the session's row is worth another look, if nothing changes before. */
export function nextLookMs({ expiresAt, submissionInFlight }: ClockState, nowMs: number): number {
  if (submissionInFlight) return IN_FLIGHT_LOOK_MS;
  return Math.max(Date.parse(expiresAt) - nowMs, SHORTEST_LOOK_MS);
}
