import { AppError } from '../../core/errors.ts';
import type { WorkflowStart } from '../../core/outbox.ts';
import { reconciliationStart, type ReconciliationInput } from '../../workflows/github/reconciliation.contract.ts';
import { begin, end, type Story } from './temporal-story.ts';
import { until } from './temporal-until.ts';

let counted = 0;

/** A round as the schedule starts it. */
export function roundStart(changes: Partial<ReconciliationInput> = {}): WorkflowStart {
  const { workflowId, input, ...start } = reconciliationStart();
  return { ...start, workflowId: `${workflowId}-${(counted += 1)}`, input: { ...input, ...changes } };
}

/** A round that finds nothing. */
export const quietRound = {
  recoverDeliveries: () => ({ recovered: 0, more: false }),
  lookAtRepositories: () => ({ looked: 0, found: 0, more: false }),
};

export const reconciliationStories: readonly Story[] = [
  {
    name: 'github-reconciliation-quiet',
    async play(stage) {
      stage.stubs.use(quietRound);
      return end(await begin(stage, roundStart()));
    },
  },
  {
    name: 'github-reconciliation-after-a-gap',
    async play(stage) {
      const times = (name: string): number => stage.stubs.called().filter((one) => one === name).length;
      stage.stubs.use({
        recoverDeliveries: () => ({ recovered: 4, more: times('recoverDeliveries') < 3 }),
        lookAtRepositories: () => ({ looked: 20, found: 1, more: times('lookAtRepositories') < 2 }),
      });
      return end(await begin(stage, roundStart()));
    },
  },
  {
    name: 'github-reconciliation-half-failed',
    async play(stage) {
      stage.stubs.use({
        ...quietRound,
        recoverDeliveries: () => {
          throw new AppError('GITHUB_TOKEN_INVALID');
        },
      });
      return end(await begin(stage, roundStart()));
    },
  },
  {
    name: 'github-reconciliation-cancelled',
    async play(stage) {
      stage.stubs.use({
        ...quietRound,
        recoverDeliveries: () => {
          throw new AppError('GITHUB_UNAVAILABLE');
        },
      });
      const handle = await begin(stage, roundStart());
      await until('a try', () => stage.stubs.called().length > 0);
      await handle.cancel();
      return end(handle);
    },
  },
];
