import { AppError } from '../../core/errors.ts';
import { sqlStateOf } from '../../core/transaction.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import { keepableOutput } from '../../domain/workspaces/text.ts';
import { isClosing } from '../../domain/workspaces/closing.ts';
import { sameLogin } from '../../domain/workspaces/workspace.ts';
import { Workspace } from '../../models/workspace.ts';
import { recordUnprotected } from './protection-records.ts';
import { workspaceTopic } from './provisioning.ts';

/** Kept of why something failed. */
export const REASON_LENGTH = 200;

/** One life of provisioning; an older one than the row's has nothing to say any more. */
export interface WorkspaceLife {
  readonly workspaceId: string;
  readonly generation: number;
}

/**
 * The row as the workflow needs it.
 * @throws {AppError} WORKSPACE_UNKNOWN; CONFLICT when the row lives on in another generation
 */
export async function loadProvisioning(life: WorkspaceLife, lock = false): Promise<Workspace> {
  const workspace = await Workspace.findOne({ where: { id: life.workspaceId }, lock });
  if (!workspace) throw new AppError('WORKSPACE_UNKNOWN', `Workspace ${life.workspaceId} not found`);
  if (workspace.generation !== life.generation) {
    throw new AppError(
      'CONFLICT',
      `Workspace ${life.workspaceId} is in life ${workspace.generation}, not ${life.generation}`,
    );
  }
  return workspace;
}

/** @returns whether there is anything to do in this life; a ready workspace stays ready while access is granted anew */
export async function recordProvisioningStarted(uow: UnitOfWork, life: WorkspaceLife): Promise<boolean> {
  const workspace = await loadProvisioning(life, true);
  if (isSettled(workspace)) return false;
  if (workspace.status === 'ready' || workspace.status === 'provisioning') return true;
  if (isClosing(workspace.repositoryState)) return true; // nothing is made any more
  await workspace.update({ status: 'provisioning', errorCode: null });
  uow.notify(workspaceTopic(workspace.id));
  return true;
}

/** What came of giving access. */
export interface Grant {
  /** Whom this life tried to give access: the row's name when it looked. */
  readonly askedFor: string | null;
  /** Who may push, as GitHub now has it. */
  readonly accessGrantedTo: string | null;
  /** Why `askedFor` could not be given access. */
  readonly accessErrorCode: string | null;
  /** GitHub was asked to let them in just now. */
  readonly renewed?: boolean;
}

/** What came of taking access from those who had it before. */
export interface Revocations {
  readonly revoked: readonly string[];
  /** Tried, and given up in this life: the row goes on naming them. */
  readonly failed: readonly string[];
  readonly revocationErrorCode: string | null;
}

export interface ReadyFacts extends WorkspaceLife, Grant, Revocations {
  readonly repoId: string;
  readonly defaultBranch: string;
  readonly baseTemplateSha: string;
  readonly latestCommitSha: string;
}

/**
 * The repository can be worked in. Whoever lost the access to another name is kept on the row until GitHub has taken it from them.
 * @returns false when this life is not over, although the workspace is ready: another name has asked for access meanwhile,
 * someone's access is still to be taken away, or the session has ended
 * @throws {AppError} CONFLICT when the repository belongs to another workspace
 */
export async function recordReady(uow: UnitOfWork, facts: ReadyFacts): Promise<boolean> {
  const workspace = await loadProvisioning(facts, true);
  if (isSettled(workspace)) return true;
  const { repoId, defaultBranch, baseTemplateSha, latestCommitSha, accessGrantedTo, generation } = facts;
  const wasReady = workspace.status === 'ready';
  const errorCode = facts.accessErrorCode ?? facts.revocationErrorCode;
  const accessToRevoke = stillToRevoke(workspace, facts);
  const settled =
    workspace.repositoryState === 'open' &&
    sameLogin(facts.askedFor, workspace.githubUsername) &&
    accessToRevoke.every((name) => facts.failed.includes(name));
  if (facts.renewed) workspace.set({ accessGrantedAt: new Date() });
  workspace.set({ accessGrantedTo, accessToRevoke, errorCode, ...(settled && { settledGeneration: generation }) });
  if (!wasReady) {
    workspace.set({ status: 'ready', readyAt: new Date(), repoId, defaultBranch, baseTemplateSha, latestCommitSha });
    workspace.set({ protection: 'wanted' });
  }
  await workspace.save().catch(translateTaken);
  uow.audit({
    action: wasReady ? 'workspace.access_changed' : 'workspace.became_ready',
    resource: { type: 'workspace', id: workspace.id },
    after: {
      repoFullName: workspace.repoFullName,
      repoId,
      accessGrantedTo,
      ...(accessToRevoke.length > 0 && { accessToRevoke }),
      ...(errorCode !== null && { errorCode }),
    },
  });
  uow.notify(workspaceTopic(workspace.id));
  return settled;
}

function stillToRevoke(
  { accessToRevoke, accessGrantedTo: before }: Workspace,
  { accessGrantedTo: now, revoked }: ReadyFacts,
): string[] {
  const left = accessToRevoke.filter((name) => !revoked.includes(name));
  return [...left, ...(before === null ? [] : [before])].filter((name) => !sameLogin(name, now));
}

/**
 * This life is over without success; a workspace that was ready stays so, and one that was settled keeps what it has, but for a
 * protection that will not come. Harmless to repeat, or when too late.
 */
export async function recordProvisioningFailed(
  uow: UnitOfWork,
  {
    workspaceId,
    generation,
    errorCode,
    reason,
  }: WorkspaceLife & { readonly errorCode: string; readonly reason: string },
): Promise<void> {
  const workspace = await Workspace.findOne({ where: { id: workspaceId, generation }, lock: true });
  if (!workspace) return;
  if (isSettled(workspace)) return recordUnprotected(uow, workspace, errorCode);
  const status = workspace.status === 'ready' ? 'ready' : 'failed';
  await workspace.update({ status, errorCode, settledGeneration: generation });
  uow.audit({
    action: 'workspace.provisioning_failed',
    resource: { type: 'workspace', id: workspaceId },
    after: { status, errorCode, reason: keepableOutput(reason, REASON_LENGTH) },
  });
  uow.notify(workspaceTopic(workspaceId));
}

export function isSettled({ generation, settledGeneration }: Workspace): boolean {
  return settledGeneration >= generation;
}

export function translateTaken(error: unknown): never {
  if (sqlStateOf(error) === '23505') {
    throw new AppError('CONFLICT', 'The repository belongs to another workspace', { cause: error });
  }
  throw error;
}
