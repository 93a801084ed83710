import { systemActor } from '../../domain/identity/actor.ts';
import type { CleanupRule } from '../../domain/workspaces/cleanup.ts';
import {
  beginCleanup,
  listToClose,
  readForCleanup,
  type CleanupRow,
  type Page,
  type WorkspaceRef,
} from '../../services/workspaces/cleanup.ts';
import type { CleanupCounts } from '../../workflows/workspaces/workspace-cleanup.contract.ts';
import { notYet, type WorkspaceParts } from './parts.ts';

const COMPONENT = 'workflow:workspace-cleanup';
const LOOK_MS = 2_000;

/** The clean-up's look at our rows; GitHub is the business of each workspace's own workflow. */
export function cleanupActivities({ units }: Pick<WorkspaceParts, 'units'>) {
  return {
    listCleanup: async (
      input: Page & { readonly retentionDays: number | null },
    ): Promise<{ workspaces: WorkspaceRef[] }> => ({ workspaces: await listToClose(units, input) }),

    /** A second try takes up what the first has begun. */
    beginCleanupRound: async ({
      workspaces,
      ...rule
    }: CleanupRule & {
      readonly workspaces: readonly WorkspaceRef[];
    }): Promise<{ begun: WorkspaceRef[] }> => {
      const begun: WorkspaceRef[] = [];
      for (const { id, orgId } of workspaces) {
        const verdict = await units.write(systemActor(orgId, COMPONENT), (uow) =>
          beginCleanup(uow, { workspaceId: id, ...rule }),
        );
        if (verdict === 'archive' || verdict === 'delete' || verdict === 'under_way') begun.push({ id, orgId });
      }
      return { begun };
    },

    /** @throws {ApplicationFailure} CLEANUP_UNDER_WAY, to be asked again */
    checkCleanupRound: async ({
      workspaces,
    }: {
      readonly workspaces: readonly WorkspaceRef[];
    }): Promise<CleanupCounts> => {
      const counts = { archived: 0, deleted: 0, refused: {} as Record<string, number>, unfinished: 0 };
      for (const { id, orgId } of workspaces) {
        const [row] = await units.read(systemActor(orgId, COMPONENT), (uow) => readForCleanup(uow, [id]));
        if (!row) continue;
        if (!row.settled) throw notYet('CLEANUP_UNDER_WAY', 'Repositories of this round are being closed', LOOK_MS);
        count(counts, row);
      }
      return counts;
    },
  };
}

/** One that the session's new life has opened again is none of these. */
function count(
  counts: { archived: number; deleted: number; refused: Record<string, number> },
  { repositoryState, errorCode }: CleanupRow,
): void {
  if (repositoryState === 'deleted') counts.deleted += 1;
  else if (errorCode !== null) counts.refused[errorCode] = (counts.refused[errorCode] ?? 0) + 1;
  else if (repositoryState === 'archived') counts.archived += 1;
}
