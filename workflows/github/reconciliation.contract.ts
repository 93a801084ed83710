import { taskQueues } from '../queues.contract.ts';

export interface ReconciliationInput {
  /** It belongs to the installation, not to an organisation. */
  readonly orgId: 'installation';
  /** Pages of GitHub's log of deliveries that a round reads at most; the next one goes on where it ended. */
  readonly pages: number;
  /** Batches of repositories that a round looks at most. */
  readonly batches: number;
}

export interface ReconciliationResult {
  readonly recovered: number;
  readonly looked: number;
  readonly found: number;
}

/** The search attribute TenonKind of its rounds, and the beginning of their ids. */
export const reconciliationKind = 'github-reconciliation';

export const reconciliationEveryMinutes = 5;

/** One round; a schedule starts them again and again. */
export function reconciliationStart() {
  const orgId = 'installation';
  return {
    workflowId: reconciliationKind,
    type: 'githubReconciliation',
    taskQueue: taskQueues.github, // beside its activities, which are then started without a hop through the server
    input: { orgId, pages: 20, batches: 10 } satisfies ReconciliationInput,
    orgId,
    kind: reconciliationKind,
    ref: reconciliationKind,
    summary: 'Reconciliation with GitHub: lost webhooks, and the repositories of open sessions',
  };
}
