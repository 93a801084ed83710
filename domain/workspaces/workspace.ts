/** `requested` → `provisioning` → `ready`; `failed` when it could not be made (a new generation tries again). */
export type WorkspaceStatus = 'requested' | 'provisioning' | 'ready' | 'failed';

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

/** What GitHub shows under the repository's name: the mark by which it is known as this workspace's. */
export function workspaceDescription(workspaceId: string): string {
  return `Tenon workspace ${workspaceId}`;
}

const INVITATION_LIFE_MS = 6 * 86_400_000;

/** GitHub ends an invitation that nobody has accepted after seven days; whether ours may be near that. */
export function invitationMayHaveEnded(grantedAt: Date | null, now: Date): boolean {
  return grantedAt !== null && now.getTime() - grantedAt.getTime() > INVITATION_LIFE_MS;
}
