import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { Workspace } from '../../models/workspace.ts';
import { loadProvisioning, translateTaken, type WorkspaceLife } from './provisioning-records.ts';
import { workspaceTopic } from './provisioning.ts';

/** A repository as GitHub names it. */
export interface FoundRepository {
  readonly repoId: string;
  readonly repoFullName: string;
}

/**
 * Which repository is this workspace's, as soon as that is known: what a later life finds half made can be told from a stranger's.
 * Another one than before takes its place from the beginning: what was in the lost one is nowhere any more. Harmless to repeat.
 * @throws {AppError} CONFLICT when the repository belongs to another workspace, or the row lives on in another generation
 */
export async function recordRepository(
  uow: UnitOfWork,
  { repoId, repoFullName, ...life }: WorkspaceLife & FoundRepository,
): Promise<void> {
  const workspace = await loadProvisioning(life, true);
  const before = { repoId: workspace.repoId, repoFullName: workspace.repoFullName };
  if (before.repoId === repoId && before.repoFullName === repoFullName) return;
  const isOther = before.repoId !== null && before.repoId !== repoId;
  if (isOther) {
    // Whoever worked in the lost one has to open the new one: handing in an untouched template must not happen by itself.
    const { status, initializedAt } = workspace;
    workspace.set({ initializedAt: status === 'ready' ? null : initializedAt, status: 'provisioning' });
    forgetContent(workspace);
  }
  workspace.set({ repoId, repoFullName });
  await workspace.save().catch(translateTaken);
  if (before.repoId === null) return;
  uow.audit({
    action: isOther ? 'workspace.repository_replaced' : 'workspace.repository_renamed',
    resource: { type: 'workspace', id: workspace.id },
    before,
    after: { repoId, repoFullName, generation: workspace.generation },
  });
  uow.notify(workspaceTopic(workspace.id));
}

/** Of a repository that is no more: nobody has access, nothing is protected. What was tested and handed in stays. */
export function forgetContent(workspace: Workspace): void {
  workspace.set({
    repoId: null,
    defaultBranch: null,
    baseTemplateSha: null,
    latestCommitSha: null,
    accessGrantedTo: null,
    accessGrantedAt: null,
    accessToRevoke: [],
    protection: null,
    protectionErrorCode: null,
  });
}
