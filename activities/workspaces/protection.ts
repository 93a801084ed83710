import { AppError } from '../../core/errors.ts';
import { systemActor } from '../../domain/identity/actor.ts';
import { loadUnprotected, recordProtection } from '../../services/workspaces/protection-records.ts';
import { COMPONENT, type WorkspaceParts } from './parts.ts';

/** An outage may end meanwhile; a workspace without protection is still one that can be worked in. */
const PROTECTION_TRIES = 8;

/** After it is ready: nobody waits for it, and whatever GitHub says is kept with the row. */
export function protectionAtGithub({
  units,
  forge,
  turns,
  log,
}: Pick<WorkspaceParts, 'units' | 'forge' | 'turns' | 'log'>) {
  /** Does nothing when it was protected, refused, or closed meanwhile. */
  return async (orgId: string, workspaceId: string): Promise<void> => {
    const actor = systemActor(orgId, COMPONENT);
    const workspace = await units.read(actor, () => loadUnprotected(workspaceId));
    if (!workspace) return;
    const { repoFullName, defaultBranch, generation } = workspace;
    const wanted = { orgId, key: `protect/${workspaceId}/${generation}`, priority: 'background' } as const;
    let tries = 0;
    const protecting = turns.inTurn(wanted, (turn) => {
      tries = turn.tries;
      return forge.protectBranch(repoFullName, defaultBranch ?? 'main');
    });
    const outcome = await protecting.then(
      (protection) => ({ protection, errorCode: protection === 'unsupported' ? 'GITHUB_PERMISSION_DENIED' : null }),
      (error: unknown) => ({ protection: 'failed' as const, errorCode: lasting(error, tries).code }),
    );
    if (outcome.errorCode !== null) log.warn({ workspaceId, ...outcome }, 'the default branch is not protected');
    await units.write(actor, (uow) => recordProtection(uow, { workspaceId, ...outcome }));
  };
}

/** Throws what another try of the activity may cure. */
function lasting(error: unknown, tries: number): AppError {
  if (!(error instanceof AppError) || error.code === 'GITHUB_RATE_LIMITED') throw error; // GitHub's waits are not tries
  if (error.retryable && tries < PROTECTION_TRIES) throw error;
  return error;
}
