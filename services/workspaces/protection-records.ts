import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { Protection } from '../../domain/workspaces/closing.ts';
import { Workspace } from '../../models/workspace.ts';

/** Whose default branch is to be protected now: ready, open, and asked for. Null when there is nothing to do. */
export function loadUnprotected(workspaceId: string): Promise<Workspace | null> {
  return Workspace.findOne({
    where: { id: workspaceId, status: 'ready', repositoryState: 'open', protection: 'wanted' },
  });
}

/** What came of protecting it, once. */
export async function recordProtection(
  uow: UnitOfWork,
  {
    workspaceId,
    protection,
    errorCode,
  }: { workspaceId: string; protection: Exclude<Protection, 'wanted'>; errorCode: string | null },
): Promise<void> {
  const workspace = await Workspace.findOne({ where: { id: workspaceId, protection: 'wanted' }, lock: true });
  if (workspace) await settleProtection(uow, workspace, protection, errorCode);
}

/** The life that should have protected it is over; the row is locked by the caller. */
export async function recordUnprotected(uow: UnitOfWork, workspace: Workspace, errorCode: string): Promise<void> {
  if (workspace.protection === 'wanted') await settleProtection(uow, workspace, 'failed', errorCode);
}

async function settleProtection(
  uow: UnitOfWork,
  workspace: Workspace,
  protection: Exclude<Protection, 'wanted'>,
  protectionErrorCode: string | null,
): Promise<void> {
  await workspace.update({ protection, protectionErrorCode });
  const { id, defaultBranch, repoFullName } = workspace;
  uow.audit({
    action: protection === 'protected' ? 'workspace.branch_protected' : 'workspace.branch_not_protected',
    resource: { type: 'workspace', id },
    after: { repoFullName, defaultBranch, protection, ...(protectionErrorCode !== null && { protectionErrorCode }) },
  });
}
