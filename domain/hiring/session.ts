/** `expired` and `revoked` are written when they happen, never computed by a reader. */
export type SessionStatus = 'not_started' | 'in_progress' | 'completed' | 'expired' | 'revoked';

/** A session that can still change by itself has a workflow; one that has ended has none. */
export function isOpen(status: SessionStatus): boolean {
  return status === 'not_started' || status === 'in_progress';
}

/** How much of the five days is done; `completedTaskIds` ascending. */
export interface Progress {
  readonly completed: number;
  readonly total: number;
}
