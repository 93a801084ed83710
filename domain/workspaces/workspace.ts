/**
 * `requested` → `provisioning` → `ready`; `failed` when it could not be made (a new generation tries again); `archived` when
 * its session has ended.
 */
export type WorkspaceStatus = 'requested' | 'provisioning' | 'ready' | 'failed' | 'archived';

const USERNAME = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?$/;

/** GitHub's rule for user names, as contracts/hiring.md section 4 states it. */
export function isGithubUsername(name: string): boolean {
  return USERNAME.test(name);
}

/** Whether two names are one account's: GitHub keeps a login's case and does not tell by it. */
export function sameLogin(one: string | null, other: string | null): boolean {
  return one?.toLowerCase() === other?.toLowerCase();
}

/** Each name of a workspace is a stranger who gets, and loses, the right to push. */
export const MOST_NAME_CHANGES = 5;

export interface WorkspaceOfTask {
  /** `owner/name` */
  readonly templateRepo: string;
  readonly repoPrefix: string;
  readonly sessionId: string;
  readonly taskId: string;
}

/**
 * The repository's `owner/name`, beside its template: the same for the same task, so that a retry adopts what an earlier
 * try made.
 */
export function workspaceRepository({ templateRepo, repoPrefix, sessionId, taskId }: WorkspaceOfTask): string {
  const [owner = ''] = templateRepo.split('/');
  return `${owner}/${repoPrefix}${sessionId}-task${taskId}`;
}
