import { CancellationScope, defineQuery, patched, proxyActivities, setHandler } from '@temporalio/workflow';
import type { workspaceActivities } from '../../activities/workspaces.ts';
import { failureOf } from '../failure.ts';
import { taskQueues } from '../queues.contract.ts';
import {
  workspacePhaseQuery,
  type WorkspaceInput,
  type WorkspacePhase,
  type WorkspaceResult,
} from './workspace.contract.ts';

type Activities = ReturnType<typeof workspaceActivities>;

const db = proxyActivities<Pick<Activities, 'beginProvisioning' | 'recordProvisioningFailure'>>({
  taskQueue: taskQueues.db,
  startToCloseTimeout: '10s', // one unit of work; a candidate may be waiting for the repository
  // For ever: an outage of the database must not leave a row that nobody finishes.
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '30s' },
});

const github = proxyActivities<Pick<Activities, 'ensureRepository' | 'grantAccessAndSettle'>>({
  taskQueue: taskQueues.github,
  heartbeatTimeout: '10s', // the worker beats for it: a dead worker is noticed while a candidate waits
  startToCloseTimeout: '1m', // several calls to GitHub, each with its own retries
  scheduleToCloseTimeout: '1d', // hours of waiting for a turn to write (500 an hour), or for the end of an outage at GitHub
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
});

const poll = proxyActivities<Pick<Activities, 'checkReady'>>({
  taskQueue: taskQueues.github,
  heartbeatTimeout: '10s', // the worker beats for it, as above
  startToCloseTimeout: '40s', // a few reads, each of which the adapter gives up after 8 s
  scheduleToCloseTimeout: '2h', // GitHub copies a template within seconds, at worst minutes; its limits last an hour
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s' }, // "not yet" brings its own delay
});

const closing = proxyActivities<Pick<Activities, 'closeAndSettle'>>({
  taskQueue: taskQueues.github,
  heartbeatTimeout: '10s', // the worker beats for it, as above
  startToCloseTimeout: '1m', // several calls to GitHub, each with its own retries
  scheduleToCloseTimeout: '12h', // a run and an outage end before; after that the daily clean-up begins a new life
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '10m' }, // "not yet" brings its own delay
});

/** One life of a workspace: repository, readiness, access; or its end. Each step adopts what an earlier try or life has made. */
export async function workspaceWorkflow(input: WorkspaceInput): Promise<WorkspaceResult> {
  let phase: WorkspacePhase = 'starting';
  setHandler(defineQuery<WorkspacePhase>(workspacePhaseQuery), () => phase);
  try {
    const { proceed, closes } = await db.beginProvisioning(input);
    if (!proceed) return { status: 'not_needed' };
    // Asked for only where it matters, so that other lives carry no marker of it.
    if (!closes || !patched('closing')) {
      phase = 'making_repository';
      const { repoId } = await github.ensureRepository(input);
      phase = 'waiting_until_ready';
      const ready = await poll.checkReady({ ...input, repoId });
      phase = 'granting_access';
      const granted = await github.grantAccessAndSettle({ ...input, repoId, ...ready });
      if (!granted.closes || !patched('closing')) return { status: 'ready' };
    }
    phase = 'closing';
    await closing.closeAndSettle(input);
    return { status: 'closed' };
  } catch (error) {
    await CancellationScope.nonCancellable(() => db.recordProvisioningFailure({ ...input, ...failureOf(error) }));
    throw error;
  } finally {
    phase = 'settled';
  }
}
