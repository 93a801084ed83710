import { AppError } from '../../core/errors.ts';
import { systemActor } from '../../domain/identity/actor.ts';
import { loadUnprotected, recordProtection } from '../../services/workspaces/protection-records.ts';
import { attemptOf, COMPONENT, type WorkspaceParts } from './parts.ts';

/** An outage may end meanwhile; a workspace without protection is still one that can be worked in. */
const PROTECTION_TRIES = 8;
/** Waits that GitHub or our own turns ask for are not tries. */
const PATIENT = new Set(['GITHUB_RATE_LIMITED', 'GITHUB_CALL_NOT_SENT']);

/** After it is ready: nobody waits for it, and whatever GitHub says is kept with the row. */
export function protectionAtGithub({ units, forge, log }: Pick<WorkspaceParts, 'units' | 'forge' | 'log'>) {
  /** Does nothing when it was protected, refused, or closed meanwhile. */
  return async (orgId: string, workspaceId: string): Promise<void> => {
    const actor = systemActor(orgId, COMPONENT);
    const workspace = await units.read(actor, () => loadUnprotected(workspaceId));
    if (!workspace) return;
    const { repoFullName, defaultBranch } = workspace;
    const outcome = await forge.protectBranch(repoFullName, defaultBranch ?? 'main').then(
      (protection) => ({ protection, errorCode: protection === 'unsupported' ? 'GITHUB_PERMISSION_DENIED' : null }),
      (error: unknown) => ({ protection: 'failed' as const, errorCode: lasting(error).code }),
    );
    if (outcome.errorCode !== null) log.warn({ workspaceId, ...outcome }, 'the default branch is not protected');
    await units.write(actor, (uow) => recordProtection(uow, { workspaceId, ...outcome }));
  };
}

/** Throws what another try of the activity may cure. */
function lasting(error: unknown): AppError {
  if (!(error instanceof AppError) || PATIENT.has(error.code)) throw error;
  if (error.retryable && attemptOf() < PROTECTION_TRIES) throw error;
  return error;
}
