import type { FinishedRun } from '../../domain/workspaces/test-run.ts';
import { taskQueues } from '../queues.contract.ts';

export interface TestRunInput {
  readonly orgId: string;
  readonly runId: string;
  /** How long to wait for GitHub's webhook before polling; 0 where webhooks are off. */
  readonly graceMs: number;
}

export interface TestRunResult {
  readonly status: string;
}

export type RunPhase = 'dispatching' | 'running' | 'collecting' | 'settled';

/** Answers with a `RunPhase`. */
export const runPhaseQuery = 'phase';

/** GitHub's webhook said that the run has ended; its input is a `FinishedRun`. */
export const githubRunCompletedSignal = 'githubRunCompleted';
export type GithubRunCompleted = FinishedRun;

/** One test run: dispatch, wait, collect. */
export function testRunStart(input: TestRunInput, ref: string) {
  return {
    workflowId: `test-run/${input.runId}`,
    type: 'testRun',
    taskQueue: taskQueues.github, // beside its activities, which are then started without a hop through the server
    input: { orgId: input.orgId, runId: input.runId, graceMs: input.graceMs },
    orgId: input.orgId,
    kind: 'test-run',
    ref,
    summary: `Test run ${input.runId}: dispatch, wait for GitHub Actions, collect the result`,
  };
}
