import { ApplicationFailure, isCancellation, proxyActivities } from '@temporalio/workflow';
import type { githubActivities } from '../../activities/github.ts';
import { failureOf, type FailureFacts } from '../failure.ts';
import { taskQueues } from '../queues.contract.ts';
import type { ReconciliationInput, ReconciliationResult } from './reconciliation.contract.ts';

type Activities = ReturnType<typeof githubActivities>;

const github = proxyActivities<Activities>({
  taskQueue: taskQueues.github,
  heartbeatTimeout: '10s', // the worker beats for it: another one takes a dead worker's page up soon
  startToCloseTimeout: '10m', // a page of payloads, or a batch of repositories, while GitHub is slow
  scheduleToCloseTimeout: '1h', // GitHub's rate limit lasts no longer; then the next round tries
  retry: { initialInterval: '2s', backoffCoefficient: 2, maximumInterval: '1m' },
});

/**
 * One round. What it reaches is in our rows, so a round that ends early loses nothing: the next one goes on there. The two halves
 * do not wait for each other's success, because each mends what the other may not see.
 */
export async function githubReconciliationWorkflow(input: ReconciliationInput): Promise<ReconciliationResult> {
  const failures: FailureFacts[] = [];
  let recovered = 0;
  let looked = 0;
  let found = 0;
  await attempted(failures, input.pages, async () => {
    const page = await github.recoverDeliveries();
    recovered += page.recovered;
    return page.more;
  });
  await attempted(failures, input.batches, async () => {
    const batch = await github.lookAtRepositories();
    looked += batch.looked;
    found += batch.found;
    return batch.more;
  });
  const [failure] = failures;
  if (failure) throw ApplicationFailure.nonRetryable(failure.reason, failure.errorCode);
  return { recovered, looked, found };
}

/** Repeats `step` while it says that there is more; what it throws is kept, so that the rest of the round goes on. */
async function attempted(failures: FailureFacts[], most: number, step: () => Promise<boolean>): Promise<void> {
  try {
    for (let done = 0; done < most; done += 1) if (!(await step())) return;
  } catch (error) {
    if (isCancellation(error)) throw error;
    failures.push(failureOf(error));
  }
}
