import { rowsOf } from '../../core/database.ts';
import type { Logger } from '../../core/logger.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { RepositoryTold } from '../../domain/github/events.ts';
import type { SystemActor } from '../../domain/identity/actor.ts';
import type { RepositoryState } from '../../domain/workspaces/closing.ts';
import { errorCodeAfter, troubleOf, type SeenRepository } from '../../domain/workspaces/repository-state.ts';
import { Workspace } from '../../models/workspace.ts';
import { lookAgain } from './closing.ts';
import { lockWorkspace, recordSeenHead } from './pushes.ts';

/** GitHub told that something was done to the repository: it is written down, and a look at GitHub says what is so. */
export async function recordRepositoryTold(
  uow: UnitOfWork<SystemActor>,
  workspaceId: string,
  { action, by }: RepositoryTold,
  log: Logger,
): Promise<void> {
  const [row] = await rowsOf<{ state: RepositoryState }>(
    uow.db,
    `update workspaces set repo_look_due_at = coalesce(repo_look_due_at, now()) where org_id = $1 and id = $2
     returning repository_state as state`,
    [uow.actor.orgId, workspaceId],
  );
  if (!row) return;
  uow.audit({
    action: 'workspace.repository_told',
    resource: { type: 'workspace', id: workspaceId },
    after: { action, by },
  });
  const facts = { workspaceId, orgId: uow.actor.orgId, action };
  const isOurs = row.state !== 'open'; // it is being archived, opened or deleted by us
  log[isOurs ? 'info' : 'warn'](facts, 'GitHub told of a workspace’s repository; it is looked at');
}

/** What a look needs to know before it asks GitHub. */
export type LookFacts = Pick<
  Workspace,
  'repoId' | 'defaultBranch' | 'latestCommitSha' | 'repoPushedAt' | 'repoLookDueAt'
>;

export async function loadLookFacts(workspaceId: string): Promise<LookFacts | null> {
  return Workspace.findByPk(workspaceId);
}

/** What GitHub showed. */
export interface Look {
  readonly workspaceId: string;
  /** When GitHub was asked, by our clock. */
  readonly lookedAt: Date;
  readonly repository: (SeenRepository & { readonly pushedAt: Date | null }) | null;
  /** Of the default branch; null when it was not asked for, because nothing was pushed since the last look, or is not there. */
  readonly headSha: string | null;
}

/** In a few words what a look has found; a label of metrics. */
export type LookFinding = 'as_known' | 'missed_push' | 'renamed' | 'gone' | 'public';

/** Stores a look, each change with its audit entry. Harmless to repeat: what is so already changes nothing. */
export async function recordLook(
  uow: UnitOfWork<SystemActor>,
  { workspaceId, lookedAt, repository, headSha }: Look,
  log: Logger,
): Promise<LookFinding[]> {
  const workspace = await lockWorkspace(workspaceId);
  if (workspace.repoLookedAt && workspace.repoLookedAt > lookedAt) return []; // somebody has looked since
  const found: LookFinding[] = [];
  const facts = { workspaceId, orgId: uow.actor.orgId, repoFullName: workspace.repoFullName };
  const tell = (action: string, change: { readonly before?: object; readonly after?: object }): void =>
    uow.audit({ action, resource: { type: 'workspace', id: workspaceId }, ...change });
  // Of one that nobody works in any more it is no trouble: what was kept of it is in our rows.
  const mayBeWorkedIn = workspace.status === 'ready' && workspace.repositoryState === 'open';
  const trouble = mayBeWorkedIn ? troubleOf(repository) : null;
  const errorCode = errorCodeAfter(workspace.errorCode, trouble);
  if (errorCode !== workspace.errorCode) {
    tell('workspace.repository_changed', { before: { errorCode: workspace.errorCode }, after: { errorCode } });
    if (trouble !== null) {
      found.push(trouble === 'REPOSITORY_GONE' ? 'gone' : 'public');
      log.error({ ...facts, errorCode }, 'a workspace’s repository is not as it must be');
    }
  }
  if (repository && repository.fullName !== workspace.repoFullName) {
    found.push('renamed');
    tell('workspace.repository_renamed', {
      before: { repoFullName: workspace.repoFullName },
      after: { repoFullName: repository.fullName },
    });
    log.warn({ ...facts, now: repository.fullName }, 'a workspace’s repository has another name');
  }
  const { repoLookDueAt } = workspace;
  await workspace.update({
    errorCode,
    repoLookedAt: lookedAt,
    repoLookDueAt: repoLookDueAt && repoLookDueAt > lookedAt ? repoLookDueAt : null, // told meanwhile: still to be looked at
    ...(repository && { repoFullName: repository.fullName, repoPushedAt: repository.pushedAt }),
  });
  if (headSha !== null && (await recordSeenHead(uow, workspace, { sha: headSha, source: 'looked' }))) {
    found.push('missed_push');
    tell('workspace.push_found', { after: { headSha } });
  }
  if (found.includes('gone')) await lookAgain(uow, workspaceId);
  return found.length > 0 ? found : ['as_known'];
}

/** GitHub or our own rows did not let us: it is tried again when the others are, not at once, and not before them. */
export async function recordLookInVain(
  { db, actor }: UnitOfWork<SystemActor>,
  { workspaceId, lookedAt }: Pick<Look, 'workspaceId' | 'lookedAt'>,
): Promise<void> {
  await rowsOf(db, 'update workspaces set repo_looked_at = $3, repo_look_due_at = null where org_id = $1 and id = $2', [
    actor.orgId,
    workspaceId,
    lookedAt.toISOString(),
  ]);
}
