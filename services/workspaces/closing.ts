import type { UnitOfWork } from '../../core/unit-of-work.ts';
import { Workspace } from '../../models/workspace.ts';
import { isSettled } from './provisioning-records.ts';
import { startProvisioning, workspaceTopic } from './provisioning.ts';
import { forgetContent } from './repository-records.ts';
import { withdrawAccess } from './withdraw-access.ts';

/**
 * The session has ended, however: nobody shall push any more, and its repositories are archived by workflow, once no run of theirs is
 * under way. The session's row is locked by the caller, so that no run begins after this.
 */
export async function closeWorkspaces(uow: UnitOfWork, sessionId: string): Promise<void> {
  await withdrawAccess(uow, { sessionId });
  for (const workspace of await lockAll(sessionId)) {
    const { repositoryState, status, repoId } = workspace;
    if (repositoryState !== 'open' && repositoryState !== 'reopening') continue;
    if (status === 'failed' && repoId === null) continue; // it was never made
    workspace.set({ repositoryState: 'archiving' });
    await save(uow, workspace, 'workspace.closed', { repositoryState });
  }
}

/**
 * The session begins anew: its repositories carry over and are opened again by workflow; what was deleted meanwhile is made anew. Until
 * then they are not ready for the candidate. Access is given when the candidate asks.
 */
export async function reopenWorkspaces(uow: UnitOfWork, sessionId: string): Promise<void> {
  for (const workspace of await lockAll(sessionId)) {
    const { repositoryState } = workspace;
    if (repositoryState === 'open' || repositoryState === 'reopening') continue;
    if (repositoryState === 'deleted') {
      forgetContent(workspace);
      workspace.set({ repositoryState: 'open', status: 'requested', initializedAt: null });
    } else {
      workspace.set({ repositoryState: 'reopening' });
    }
    await save(uow, workspace, 'workspace.reopened', { repositoryState });
  }
}

function lockAll(candidateSessionId: string): Promise<Workspace[]> {
  return Workspace.findAll({ where: { candidateSessionId }, order: [['id', 'ASC']], lock: true });
}

/** In a new life when the last one is over; one that still runs looks at the row before it ends. */
async function save(
  uow: UnitOfWork,
  workspace: Workspace,
  action: 'workspace.closed' | 'workspace.reopened',
  before: object,
): Promise<void> {
  if (isSettled(workspace)) beginLife(uow, workspace);
  await workspace.save();
  const { id, repositoryState, generation } = workspace;
  uow.audit({ action, resource: { type: 'workspace', id }, before, after: { repositoryState, generation } });
  uow.notify(workspaceTopic(id));
}

/** A workflow does what the row asks, after the commit; the row is locked, settled, and saved by the caller. */
export function beginLife(uow: Pick<UnitOfWork, 'enqueue'>, workspace: Workspace): void {
  const { id: workspaceId, orgId, candidateSessionId } = workspace;
  const generation = workspace.generation + 1;
  workspace.set({ generation, errorCode: null });
  startProvisioning(uow, { orgId, workspaceId, generation, sessionId: candidateSessionId ?? '' });
}

/**
 * GitHub does not seem to have a repository that is ready any more: another life looks, and makes it anew when that is so. Does nothing
 * while a life runs, because that looks anyway, and for one that is closed.
 */
export async function lookAgain(uow: UnitOfWork, workspaceId: string): Promise<void> {
  const workspace = await Workspace.findOne({ where: { id: workspaceId }, lock: true });
  if (workspace?.status !== 'ready' || workspace.repositoryState !== 'open' || !isSettled(workspace)) return;
  const { errorCode } = workspace; // it says why, until the life knows better
  beginLife(uow, workspace);
  workspace.set({ errorCode });
  await workspace.save();
  const { id, generation } = workspace;
  uow.audit({ action: 'workspace.looked_at_again', resource: { type: 'workspace', id }, after: { generation } });
}
