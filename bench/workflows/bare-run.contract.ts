import type { TestRunResult } from '../../workflows/workspaces/test-run.contract.ts';

interface RunRef {
  readonly orgId: string;
  readonly runId: string;
}

/** The same activities as the product's workflow calls, as far as a stub looks at them. */
export interface BareActivities {
  dispatchRun(input: RunRef): Promise<{ readonly githubRunId: string }>;
  collectAndStore(input: RunRef): Promise<TestRunResult>;
}

export const bareFinishedSignal = 'finished';
