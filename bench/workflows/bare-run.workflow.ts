import { condition, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';
import type { TestRunInput, TestRunResult } from '../../workflows/workspaces/test-run.contract.ts';
import { bareFinishedSignal, type BareActivities } from './bare-run.contract.ts';

const { dispatchRun, collectAndStore } = proxyActivities<BareActivities>({
  startToCloseTimeout: '25s', // nothing is done in them
});

/** As many state transitions as a test run whose webhook comes, and nothing else: no phases, no polling, no failures kept. */
export async function bareRunWorkflow({ orgId, runId, graceMs }: TestRunInput): Promise<TestRunResult> {
  let heard = false;
  setHandler(defineSignal(bareFinishedSignal), () => void (heard = true));
  await dispatchRun({ orgId, runId });
  await condition(() => heard, graceMs);
  return collectAndStore({ orgId, runId });
}
