import { AppError } from '../../core/errors.ts';
import { systemActor } from '../../domain/identity/actor.ts';
import { carriesWorkspace } from '../../domain/workspaces/closing.ts';
import type { Workspace } from '../../models/workspace.ts';
import {
  nextClosingStep,
  recordClosed,
  recordRevoked,
  type ClosingOutcome,
} from '../../services/workspaces/closing-records.ts';
import type { WorkspaceInput } from '../../workflows/workspaces/workspace.contract.ts';
import { accessAtGithub, type RevocationsWanted } from './access.ts';
import { COMPONENT, notYet, type WorkspaceParts } from './parts.ts';
import { findRepository, type Repository } from './repository.ts';

/** A run may take half an hour; nobody waits for its repository's end. */
const RUN_LOOK_MS = 30_000;

/** What becomes of a repository when its session is over; may run twice. */
export function closingActivity({ units, forge, turns, log }: WorkspaceParts) {
  const access = accessAtGithub({ forge, turns, log });

  /** In this order, because GitHub changes nothing in an archived one. */
  async function close(
    workspace: Workspace,
  ): Promise<(ClosingOutcome | { readonly kind: 'access_left' }) & { readonly revoked: readonly string[] }> {
    const found = await findRepository(forge, workspace.repoFullName);
    if (!found) return { kind: 'gone', revoked: [] };
    if (!isTheirs(workspace, found)) return { ...refused('REPOSITORY_NOT_OURS', found), revoked: [] };
    if (workspace.repositoryState === 'deleting') return { ...(await remove(workspace, found)), revoked: [] };
    if (found.archived) return { kind: 'archived', repoId: found.id, revoked: [] };
    const wanted = withAll(workspace);
    const { revoked, failed } = await access.revoke(wanted);
    if (revoked.length + failed.length < wanted.accessToRevoke.length) return { kind: 'access_left', revoked };
    const { orgId, id, generation } = workspace;
    const turn = { orgId, key: `archive/${id}/${generation}`, priority: 'background' } as const;
    const archive = () => turns.inTurn(turn, () => forge.archiveRepository(found.fullName));
    return { ...(await attempted(found, archive, 'archived')), revoked };
  }

  /** Only what carries the workspace and has its number. */
  async function remove(workspace: Workspace, found: Repository): Promise<ClosingOutcome> {
    if (!carriesWorkspace(found, workspace.id)) return refused('REPOSITORY_NOT_OURS', found);
    const { orgId, id, generation } = workspace;
    const turn = { orgId, key: `delete/${id}/${generation}`, priority: 'cleanup' } as const;
    return attempted(found, () => turns.inTurn(turn, () => forge.deleteRepository(found.fullName)), 'deleted');
  }

  async function attempted(
    found: Repository,
    work: () => Promise<void>,
    kind: 'archived' | 'deleted',
  ): Promise<ClosingOutcome> {
    try {
      await work();
      return { kind, repoId: found.id };
    } catch (error) {
      if (!(error instanceof AppError) || error.retryable) throw error;
      if (error.code === 'GITHUB_NOT_FOUND') return { kind: 'gone' };
      return refused(error.code, found);
    }
  }

  return {
    /**
     * Archives or deletes the repository of a session that is over, as the row asks, when no run of it is under way.
     * @throws {ApplicationFailure} WORKSPACE_RUN_UNDER_WAY, to be asked again
     */
    closeAndSettle: async ({ orgId, ...life }: WorkspaceInput): Promise<{ closed: boolean }> => {
      const actor = systemActor(orgId, COMPONENT);
      for (;;) {
        const step = await units.write(actor, (uow) => nextClosingStep(uow, life));
        if (step.kind === 'run_under_way') {
          throw notYet('WORKSPACE_RUN_UNDER_WAY', 'A test run of this repository has not ended', RUN_LOOK_MS);
        }
        if (step.kind !== 'close') return { closed: step.kind === 'settled' };
        const { revoked, ...outcome } = await close(step.workspace);
        if (outcome.kind === 'access_left') {
          // Recorded before anything waits for its turn: else it would be taken away again.
          await units.write(actor, (uow) => recordRevoked(uow, { ...life, revoked }));
          continue;
        }
        if (outcome.kind === 'refused') log.warn({ workspaceId: life.workspaceId, ...outcome }, 'not closed at GitHub');
        if (await units.write(actor, (uow) => recordClosed(uow, { ...life, outcome, revoked })))
          return { closed: true };
      }
    },
  };
}

/** By its number; one that we know only by name, because we died before its row knew it, by what it carries. */
function isTheirs({ id, repoId }: Workspace, found: Repository): boolean {
  return repoId === null ? carriesWorkspace(found, id) : found.id === repoId;
}

/** Whoever has access, or had it and could not be put out. */
function withAll({
  id,
  orgId,
  generation,
  repoFullName,
  accessGrantedTo,
  accessToRevoke,
}: Workspace): RevocationsWanted {
  const names = accessGrantedTo === null ? accessToRevoke : [...accessToRevoke, accessGrantedTo];
  return { id, orgId, generation, repoFullName, accessToRevoke: names };
}

function refused(errorCode: string, { archived }: Repository): ClosingOutcome {
  return { kind: 'refused', errorCode, archived };
}
