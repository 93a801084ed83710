import { workspaceCleanupStart } from '../../workflows/workspaces/workspace-cleanup.contract.ts';
import { begin, end, storyOrgId as orgId, type Story } from './temporal-story.ts';
import { until } from './temporal-until.ts';

interface ListInput {
  readonly after: string | null;
}

/** Activities of a clean-up that finds one page of each of these, and closes all of it. */
export function cleanupOf(pages: readonly (readonly string[])[]) {
  return {
    listCleanup: ({ after }: ListInput) => {
      const next = after === null ? 0 : pages.findIndex((page) => page.at(-1) === after) + 1;
      return { workspaces: (pages[next] ?? []).map((id) => ({ id, orgId })) };
    },
    beginCleanupRound: ({ workspaces }: { workspaces: readonly object[] }) => ({ begun: workspaces }),
    checkCleanupRound: ({ workspaces }: { workspaces: readonly object[] }) => ({
      archived: 0,
      deleted: workspaces.length,
      refused: {},
      unfinished: 0,
    }),
  };
}

export const cleanupStories: readonly Story[] = [
  {
    name: 'workspace-cleanup-in-two-rounds',
    async play(stage) {
      stage.stubs.use(cleanupOf([['1', '2'], ['3']]));
      return end(await begin(stage, workspaceCleanupStart('story', { retentionDays: 30, again: false })));
    },
  },
  {
    name: 'workspace-cleanup-cancelled',
    async play(stage) {
      stage.stubs.use({
        ...cleanupOf([['1']]),
        checkCleanupRound: () => {
          throw new Error('the database is away');
        },
      });
      const handle = await begin(stage, workspaceCleanupStart('cancelled', { retentionDays: 30, again: false }));
      await until('a look', () => stage.stubs.called().includes('checkCleanupRound'));
      await handle.cancel();
      return end(handle);
    },
  },
];
