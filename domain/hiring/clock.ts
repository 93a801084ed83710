/** The shortest wait: the database's clock may lag behind the one that ended the last wait. */
const SHORTEST_LOOK_MS = 1_000;
/** How often a session that is past its deadline looks whether its last submission has ended, if nobody tells it. */
const IN_FLIGHT_LOOK_MS = 60_000;

export interface ClockState {
  /** ISO 8601. */
  readonly expiresAt: string;
  /** The deadline has passed, but a submission that came in time still runs. */
  readonly submissionInFlight: boolean;
  /** When a reminder is due before the end, in milliseconds since 1970. */
  readonly remindAtMs?: number | undefined;
}

/** Milliseconds until the session's row is worth another look, if nothing changes before. */
export function nextLookMs({ expiresAt, submissionInFlight, remindAtMs }: ClockState, nowMs: number): number {
  if (submissionInFlight) return IN_FLIGHT_LOOK_MS;
  return Math.max((remindAtMs ?? Date.parse(expiresAt)) - nowMs, SHORTEST_LOOK_MS);
}

/** What a wait was for: a reminder whose time has come is not lost to a change that was told in the same moment. */
export function lookFor(
  { told, remindAtMs }: { readonly told: boolean; readonly remindAtMs: number | undefined },
  nowMs: number,
): 'reminder' | 'change' | 'deadline' {
  if (remindAtMs !== undefined && (!told || nowMs >= remindAtMs)) return 'reminder';
  return told ? 'change' : 'deadline';
}
