import type { RepositoryState } from './closing.ts';

/** What the clean-up needs to know of a repository. */
export interface CleanupFacts {
  readonly repoId: string | null;
  readonly repositoryState: RepositoryState;
  /** Whether the last life of the workspace is over. */
  readonly settled: boolean;
  /** Whether a test run of it is queued or running. */
  readonly runs: boolean;
  /** Null while the session is open. */
  readonly endedAt: Date | null;
  /** Why the last life did not do all that was asked. */
  readonly errorCode: string | null;
  readonly now: Date;
}

export interface CleanupRule {
  /** Null: nothing is ever deleted. */
  readonly retentionDays: number | null;
  /** Also those that were found not to be ours. */
  readonly again: boolean;
}

/** `archive` and `delete` are to be done; each other word says why nothing is. */
export type CleanupVerdict =
  | 'delete'
  | 'archive'
  | 'session_open'
  | 'too_young'
  | 'run_under_way'
  | 'under_way'
  | 'gone'
  | 'never_made'
  | 'not_ours';

const DAY_MS = 86_400_000;

/** What becomes of a repository. */
export function cleanupVerdict(facts: CleanupFacts, { retentionDays, again }: CleanupRule): CleanupVerdict {
  const { repoId, repositoryState, settled, runs, endedAt, errorCode, now } = facts;
  if (repositoryState === 'deleted') return 'gone';
  if (endedAt === null) return 'session_open';
  if (!settled) return 'under_way';
  if (repoId === null) return 'never_made';
  if (runs) return 'run_under_way';
  if (errorCode === 'REPOSITORY_NOT_OURS' && !again) return 'not_ours';
  if (retentionDays !== null && endedAt.getTime() + retentionDays * DAY_MS <= now.getTime()) return 'delete';
  return repositoryState === 'archived' ? 'too_young' : 'archive';
}
