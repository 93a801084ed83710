/** What is wrong with a ready workspace's repository at GitHub; stands in the row's `error_code`. */
export type RepositoryTrouble = 'REPOSITORY_GONE' | 'REPOSITORY_PUBLIC';

/** A repository as GitHub shows it to us; null when it shows none: deleted, or out of our reach. */
export interface SeenRepository {
  readonly fullName: string;
  readonly isPrivate: boolean;
}

export function troubleOf(seen: SeenRepository | null): RepositoryTrouble | null {
  if (!seen) return 'REPOSITORY_GONE';
  return seen.isPrivate ? null : 'REPOSITORY_PUBLIC'; // everybody, other candidates too, could read the work
}

/** What `error_code` becomes: a trouble that has ended is taken away, one of another kind stays while there is none of ours. */
export function errorCodeAfter(before: string | null, trouble: RepositoryTrouble | null): string | null {
  if (trouble !== null) return trouble;
  return before === 'REPOSITORY_GONE' || before === 'REPOSITORY_PUBLIC' ? null : before;
}
