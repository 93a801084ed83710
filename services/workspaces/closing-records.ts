import type { UnitOfWork } from '../../core/unit-of-work.ts';
import { isClosing } from '../../domain/workspaces/closing.ts';
import { sameLogin } from '../../domain/workspaces/workspace.ts';
import { TestRun } from '../../models/test-run.ts';
import type { Workspace } from '../../models/workspace.ts';
import { beginLife } from './closing.ts';
import { isSettled, loadProvisioning, type Revocations, type WorkspaceLife } from './provisioning-records.ts';
import { workspaceTopic } from './provisioning.ts';

/** `run_under_way`: to be asked again; `reopened`: the session lives again, and another life does what that asks. */
export type ClosingStep =
  | { readonly kind: 'close'; readonly workspace: Workspace }
  | { readonly kind: 'run_under_way' | 'reopened' | 'settled' };

/**
 * What is to be done with a repository whose session has ended. GitHub runs nothing in an archived one, so a run comes first; no other
 * begins, because the session is over.
 */
export async function nextClosingStep(uow: UnitOfWork, life: WorkspaceLife): Promise<ClosingStep> {
  const workspace = await loadProvisioning(life, true);
  if (isSettled(workspace)) return { kind: 'settled' };
  if (!isClosing(workspace.repositoryState)) {
    await handOver(uow, workspace);
    return { kind: 'reopened' };
  }
  const runs = await TestRun.count({ where: { workspaceId: workspace.id, status: ['queued', 'running'] } });
  return runs > 0 ? { kind: 'run_under_way' } : { kind: 'close', workspace };
}

/** A life that only closes cannot open; the next one goes the whole way. */
async function handOver(uow: UnitOfWork, workspace: Workspace): Promise<void> {
  const { generation } = workspace;
  workspace.set({ settledGeneration: generation });
  beginLife(uow, workspace);
  await workspace.save();
  uow.notify(workspaceTopic(workspace.id));
}

/** What has become of a repository: `gone` was not at GitHub any more; `refused` stays as it was. */
export type ClosingOutcome =
  | { readonly kind: 'archived' | 'deleted'; readonly repoId: string }
  | { readonly kind: 'gone' }
  | { readonly kind: 'refused'; readonly errorCode: string; readonly archived: boolean };

/**
 * The life of a closed workspace is over, unless the session has begun anew meanwhile.
 * @returns whether it is over
 */
export async function recordClosed(
  uow: UnitOfWork,
  { outcome, revoked, ...life }: WorkspaceLife & Pick<Revocations, 'revoked'> & { readonly outcome: ClosingOutcome },
): Promise<boolean> {
  const workspace = await loadProvisioning(life, true);
  if (isSettled(workspace)) return true;
  const { repositoryState } = workspace;
  const before = { repositoryState, errorCode: workspace.errorCode };
  takeAccess(workspace, outcome.kind === 'gone' || outcome.kind === 'deleted' ? null : revoked);
  if (!isClosing(repositoryState)) {
    await workspace.save();
    return false;
  }
  apply(workspace, outcome);
  workspace.set({ settledGeneration: life.generation });
  if (workspace.status === 'requested' || workspace.status === 'provisioning') {
    workspace.set({ status: 'failed', errorCode: workspace.errorCode ?? 'SESSION_ENDED' });
  }
  await workspace.save();
  uow.audit({
    action: outcome.kind === 'gone' ? 'workspace.repository_gone' : `workspace.${ACTION[outcome.kind]}`,
    resource: { type: 'workspace', id: workspace.id },
    before,
    after: {
      repoFullName: workspace.repoFullName,
      repoId: workspace.repoId,
      repositoryState: workspace.repositoryState,
      generation: workspace.generation,
      errorCode: workspace.errorCode,
    },
  });
  uow.notify(workspaceTopic(workspace.id));
  return true;
}

const ACTION = {
  archived: 'repository_archived',
  deleted: 'repository_deleted',
  refused: 'closing_refused',
} as const;

function apply(workspace: Workspace, outcome: ClosingOutcome): void {
  switch (outcome.kind) {
    case 'archived':
      workspace.set({ repositoryState: 'archived', repoId: outcome.repoId, errorCode: null });
      return;
    case 'deleted':
    case 'gone':
      workspace.set({ repositoryState: 'deleted', errorCode: null });
      return;
    case 'refused':
      workspace.set({
        repositoryState: outcome.archived ? 'archived' : 'archiving',
        errorCode: outcome.errorCode,
      });
  }
}

/** Some have lost their access, others' turn has not come yet. Harmless to repeat. */
export async function recordRevoked(
  uow: UnitOfWork,
  { revoked, ...life }: WorkspaceLife & Pick<Revocations, 'revoked'>,
): Promise<void> {
  const workspace = await loadProvisioning(life, true);
  const { accessGrantedTo, accessToRevoke } = workspace;
  takeAccess(workspace, revoked);
  await workspace.save();
  uow.audit({
    action: 'workspace.access_changed',
    resource: { type: 'workspace', id: workspace.id },
    before: { accessGrantedTo, accessToRevoke },
    after: { accessGrantedTo: null, accessToRevoke: workspace.accessToRevoke },
  });
}

/** With `revoked` null nobody has any: the repository is no more. In an archived one nobody can be put out; a later life does. */
function takeAccess(workspace: Workspace, revoked: readonly string[] | null): void {
  const { accessGrantedTo, accessToRevoke } = workspace;
  const names = [...accessToRevoke, ...(accessGrantedTo === null ? [] : [accessGrantedTo])];
  const left = revoked === null ? [] : names.filter((name) => !revoked.some((gone) => sameLogin(gone, name)));
  workspace.set({ accessGrantedTo: null, accessGrantedAt: null, accessToRevoke: left });
}

/** GitHub lets it be changed again. @throws {AppError} CONFLICT when the row lives on in another generation */
export async function recordReopened(uow: UnitOfWork, life: WorkspaceLife): Promise<void> {
  const workspace = await loadProvisioning(life, true);
  if (workspace.repositoryState !== 'reopening') return;
  await workspace.update({ repositoryState: 'open' });
  uow.audit({
    action: 'workspace.repository_opened',
    resource: { type: 'workspace', id: workspace.id },
    before: { repositoryState: 'reopening' },
    after: { repositoryState: 'open', generation: workspace.generation },
  });
  uow.notify(workspaceTopic(workspace.id));
}
