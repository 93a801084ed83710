import { rowsOf } from '../../core/database.ts';
import { AppError } from '../../core/errors.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { Actor, AnonymousActor } from '../../domain/identity/actor.ts';
import { invitationMayHaveEnded, MOST_NAME_CHANGES, sameLogin } from '../../domain/workspaces/workspace.ts';
import { Workspace } from '../../models/workspace.ts';
import { sessionRef } from '../../workflows/hiring/candidate-session.contract.ts';
import { workspaceStart } from '../../workflows/workspaces/workspace.contract.ts';

type TenantWork = UnitOfWork<Exclude<Actor, AnonymousActor>>;

/** What those who wait for a workspace listen to. */
export function workspaceTopic(workspaceId: string): string {
  return `workspace:${workspaceId}`;
}

export interface WorkspaceRequest {
  readonly sessionId: string;
  readonly taskId: string;
  /** `owner/name` */
  readonly templateRepo: string;
  /** `owner/name`, the same for the same task, so that a retry adopts what an earlier try made. */
  readonly repoFullName: string;
}

/** Asks for a task's repository, once; what is there already is left as it is. Made by workflow after the commit. */
export async function requestWorkspace(uow: TenantWork, wanted: WorkspaceRequest): Promise<void> {
  const { orgId } = uow.actor;
  const [row] = await rowsOf<{ id: string }>(
    uow.db,
    `insert into workspaces (org_id, candidate_session_id, task_id, template_repo, repo_full_name)
     values ($1, $2, $3, $4, $5)
     on conflict (org_id, candidate_session_id, task_id) do nothing
     returning id`,
    [orgId, wanted.sessionId, wanted.taskId, wanted.templateRepo, wanted.repoFullName],
  );
  if (!row) return;
  uow.audit({
    action: 'workspace.requested',
    resource: { type: 'workspace', id: row.id },
    after: { templateRepo: wanted.templateRepo, repoFullName: wanted.repoFullName },
  });
  startProvisioning(uow, { orgId, workspaceId: row.id, generation: 1, sessionId: wanted.sessionId });
}

/**
 * The candidate wants to work: their repository, with access for `githubUsername` when they named one. Begins a new life
 * of provisioning when the last one failed, or when it is over and access for that name is missing or may have ended, or someone's
 * is still to be taken away.
 * @throws {AppError} INVALID_GITHUB_USERNAME for the sixth other name
 */
export async function initWorkspace(
  uow: TenantWork,
  wanted: WorkspaceRequest & { readonly githubUsername?: string },
): Promise<Workspace> {
  await requestWorkspace(uow, wanted);
  const workspace = await Workspace.findOne({
    where: { candidateSessionId: wanted.sessionId, taskId: wanted.taskId },
    lock: true,
    rejectOnEmpty: true,
  });
  const githubUsername = wanted.githubUsername ?? workspace.githubUsername;
  const isOther = workspace.githubUsername !== null && !sameLogin(githubUsername, workspace.githubUsername);
  const nameChanges = workspace.nameChanges + (isOther ? 1 : 0);
  if (nameChanges > MOST_NAME_CHANGES) {
    throw new AppError('INVALID_GITHUB_USERNAME', 'The GitHub username was changed too often');
  }
  const before = { initialized: workspace.initializedAt !== null, githubUsername: workspace.githubUsername };
  if (isOther) workspace.set({ accessToRevoke: [...workspace.accessToRevoke, ...perhapsGranted(workspace)] });
  workspace.set({ githubUsername, nameChanges, initializedAt: workspace.initializedAt ?? new Date() });
  if (needsNewLife(workspace, wanted.githubUsername !== undefined)) {
    const { id: workspaceId, orgId, generation } = workspace;
    const status = workspace.status === 'failed' ? 'requested' : workspace.status;
    workspace.set({ generation: generation + 1, status, errorCode: null });
    startProvisioning(uow, { orgId, workspaceId, generation: generation + 1, sessionId: wanted.sessionId });
  }
  if (workspace.changed() === false) return workspace;
  await workspace.save();
  uow.audit({
    action: 'workspace.initialized',
    resource: { type: 'workspace', id: workspace.id },
    before,
    after: { githubUsername, generation: workspace.generation },
  });
  return workspace;
}

/** A name that GitHub was asked to let in, perhaps, and whose answer we do not have: a process died, or it was lost. */
export function perhapsGranted({ githubUsername, accessGrantedTo, errorCode }: Workspace): string[] {
  if (githubUsername === null || sameLogin(githubUsername, accessGrantedTo)) return [];
  return errorCode === null || errorCode === 'GITHUB_UNAVAILABLE' ? [githubUsername] : [];
}

/** A life that still runs grants access by itself to the name that the row holds in the end. */
function needsNewLife(workspace: Workspace, asked: boolean): boolean {
  const { status, repositoryState, generation, settledGeneration, githubUsername } = workspace;
  if (settledGeneration < generation) return false;
  if (status === 'failed' || repositoryState !== 'open') return true;
  const accessIsRight =
    sameLogin(githubUsername, workspace.accessGrantedTo) &&
    workspace.accessToRevoke.length === 0 &&
    !invitationMayHaveEnded(workspace.accessGrantedAt, new Date());
  return status === 'ready' && asked && !accessIsRight;
}

/** After the commit: makes the repository if it is not there, and gives and takes access as the row then says. */
export function startProvisioning(
  uow: Pick<UnitOfWork, 'enqueue'>,
  { sessionId, ...input }: { orgId: string; workspaceId: string; generation: number; sessionId: string },
): void {
  uow.enqueue({ start: workspaceStart(input, sessionRef(sessionId)) });
}
