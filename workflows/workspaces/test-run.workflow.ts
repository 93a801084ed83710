import {
  ActivityCancellationType,
  CancellationScope,
  condition,
  defineQuery,
  defineSignal,
  patched,
  proxyActivities,
  setHandler,
} from '@temporalio/workflow';
import type { workspaceActivities } from '../../activities/workspaces.ts';
import type { FinishedRun } from '../../domain/workspaces/test-run.ts';
import { failureOf } from '../failure.ts';
import { taskQueues } from '../queues.contract.ts';
import {
  githubRunCompletedSignal,
  runPhaseQuery,
  type RunPhase,
  type TestRunInput,
  type TestRunResult,
} from './test-run.contract.ts';

type Activities = ReturnType<typeof workspaceActivities>;

const db = proxyActivities<Pick<Activities, 'recordRunFailure'>>({
  taskQueue: taskQueues.db,
  startToCloseTimeout: '10s', // one unit of work; a candidate waits for the answer
  // For ever: a run that nobody ends would block every later run on its branch.
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '30s' },
});

const dispatch = proxyActivities<Pick<Activities, 'dispatchRun'>>({
  taskQueue: taskQueues.github,
  heartbeatTimeout: '10s', // the worker beats for it: after its death this is how long the candidate waits on
  startToCloseTimeout: '25s', // two calls to GitHub with their retries, and our own rows
  scheduleToCloseTimeout: '2h', // GitHub's limits on writes last an hour; the candidate is told when the run's turn comes
  retry: {
    initialInterval: '500ms',
    backoffCoefficient: 2,
    maximumInterval: '10s',
    // The candidate is told at once and may press the button again; a worker's death, in contrast, is repeated.
    nonRetryableErrorTypes: ['GITHUB_UNAVAILABLE'],
  },
});

const poll = proxyActivities<Pick<Activities, 'checkRun'>>({
  taskQueue: taskQueues.github,
  startToCloseTimeout: '10s', // one read, which the adapter gives up after 8 s
  scheduleToCloseTimeout: '40m', // the workflow file ends a run after 30 minutes; the rest is queueing at GitHub
  retry: { initialInterval: '2s', backoffCoefficient: 2, maximumInterval: '30s' }, // "not yet" brings its own delay
  cancellationType: ActivityCancellationType.ABANDON, // the webhook has come: nobody needs to hear what the poll says
});

const collect = proxyActivities<Pick<Activities, 'collectAndStore'>>({
  taskQueue: taskQueues.github,
  heartbeatTimeout: '10s', // the worker beats for it: a dead worker is noticed while a candidate waits
  startToCloseTimeout: '2m', // the artifact may have many megabytes
  scheduleToCloseTimeout: '30m', // the run has been paid for: an outage at GitHub must not lose its result
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
});

const HEARD_LIMIT = 20; // signals of other runs must not grow the state without bound

/** One test run: dispatch, wait for the webhook and then by polling, collect. However it ends, its row says so. */
export async function testRunWorkflow({ orgId, runId, graceMs }: TestRunInput): Promise<TestRunResult> {
  let phase: RunPhase = 'dispatching';
  const heard: FinishedRun[] = [];
  setHandler(defineQuery<RunPhase>(runPhaseQuery), () => phase);
  setHandler(defineSignal<[FinishedRun]>(githubRunCompletedSignal), (run) => {
    if (heard.length < HEARD_LIMIT) heard.push(run);
  });
  try {
    const { githubRunId, endTold } = await dispatch.dispatchRun({ orgId, runId });
    const ours = (): FinishedRun | undefined => heard.find((run) => run.githubRunId === githubRunId);
    phase = 'running';
    // Asked for only where it matters, so that other runs carry no marker of it.
    const waits = graceMs > 0 && !(endTold && patched('no-grace-when-told'));
    if (waits) await condition(() => ours() !== undefined, graceMs); // the webhook is the fast path, the poll the sure one
    const finished =
      ours() ??
      (await firstOf(
        () => heardOf(ours),
        () => poll.checkRun({ orgId, runId, githubRunId }),
      ));
    phase = 'collecting';
    return await collect.collectAndStore({ orgId, runId, finished });
  } catch (error) {
    await CancellationScope.nonCancellable(() => db.recordRunFailure({ orgId, runId, ...failureOf(error) }));
    throw error;
  } finally {
    phase = 'settled';
  }
}

async function heardOf(ours: () => FinishedRun | undefined): Promise<FinishedRun> {
  for (;;) {
    const run = ours();
    if (run) return run;
    await condition(() => ours() !== undefined);
  }
}

/** The first to settle decides; the others are cancelled. */
function firstOf<T>(...tries: readonly (() => Promise<T>)[]): Promise<T> {
  const scope = new CancellationScope();
  return scope.run(() => Promise.race(tries.map((attempt) => attempt()))).finally(() => scope.cancel());
}
