import type { UnitOfWork } from '../../core/unit-of-work.ts';
import { Workspace } from '../../models/workspace.ts';
import { perhapsGranted, startProvisioning } from './provisioning.ts';

/**
 * Nobody shall push any more to the repositories of a session, or of one task of it: whoever may is put out by workflow after the
 * commit. A life that still runs sees that no name asks for access, and takes away what it has given.
 */
export async function withdrawAccess(
  uow: UnitOfWork,
  { sessionId, taskId }: { readonly sessionId: string; readonly taskId?: string },
): Promise<void> {
  const workspaces = await Workspace.findAll({
    where: { candidateSessionId: sessionId, ...(taskId !== undefined && { taskId }) },
    order: [['id', 'ASC']],
    lock: true,
  });
  for (const workspace of workspaces) {
    const { githubUsername, accessGrantedTo, accessToRevoke, generation, settledGeneration } = workspace;
    if (githubUsername === null && accessGrantedTo === null && accessToRevoke.length === 0) continue;
    if (githubUsername === null && settledGeneration < generation) continue; // a life is at it already
    workspace.set({ githubUsername: null, accessToRevoke: [...accessToRevoke, ...perhapsGranted(workspace)] });
    if (workspace.status === 'ready' && settledGeneration >= generation) {
      workspace.set({ generation: generation + 1, errorCode: null });
      startProvisioning(uow, {
        orgId: workspace.orgId,
        workspaceId: workspace.id,
        generation: generation + 1,
        sessionId,
      });
    }
    await workspace.save();
    uow.audit({
      action: 'workspace.access_withdrawn',
      resource: { type: 'workspace', id: workspace.id },
      before: { githubUsername, accessGrantedTo },
      after: { generation: workspace.generation },
    });
  }
}
