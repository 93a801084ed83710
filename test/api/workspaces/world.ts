import { workspaceEndpoints } from '../../../api/workspaces/index.ts';
import type { WorkflowMessage } from '../../../core/outbox.ts';
import type { Waiter } from '../../../core/wait.ts';
import type { FinishedRun } from '../../../domain/workspaces/test-run.ts';
import type { SimulationTask } from '../../../models/simulation-task.ts';
import type { TestRunInput } from '../../../workflows/workspaces/test-run.contract.ts';
import type { WorkspaceInput } from '../../../workflows/workspaces/workspace.contract.ts';
import { startTestApi, type TestApi } from '../../support/api.ts';
import {
  makeProgress,
  makeSession,
  makeSimulation,
  taskOf,
  type MadeSession,
  type SessionFields,
} from '../../support/factories-hiring.ts';
import { makeUser } from '../../support/factories-identity.ts';
import {
  activitiesOn,
  forgeOf,
  inActivity,
  runEnd,
  startTestGithub,
  tinyTemplate,
  type TestGithub,
} from '../../support/factories-workspaces.ts';
import { candidateOf, sessionHeaders } from '../hiring/world.ts';

export interface WorkspaceApi {
  readonly api: TestApi;
  readonly github: TestGithub;
  /** What handlers have waited for, in ms, since it was last emptied. */
  readonly waits: number[];
  /**
   * Plays the workflow of a message as a worker would: provisions, or dispatches and (`collect`) collects. With `shortWaits` the
   * API's waits end when all that is being played has ended: a test about a wait's end need not sit through it.
   */
  play(message: WorkflowMessage, collect?: boolean): Promise<void>;
  /** Resolves when all that is being played has ended. */
  played(): Promise<void>;
  close(): Promise<void>;
}

/** The endpoints of workspaces with a local GitHub behind; workflows are played when a test says so. */
export async function startWorkspaceApi({ shortWaits = false } = {}): Promise<WorkspaceApi> {
  const github = await startTestGithub();
  const waits: number[] = [];
  const api = await startTestApi({ endpoints: workspaceEndpoints });
  const until: Waiter['until'] = api.app.wait.until.bind(api.app.wait);
  const watched: Waiter['until'] = (topic, look, options) => {
    waits.push(options.timeoutMs);
    return shortWaits ? untilPlayed(() => until(topic, look, options), look) : until(topic, look, options);
  };
  const plays = new Set<Promise<void>>();
  async function untilPlayed<T>(wait: () => Promise<T | undefined>, look: () => Promise<T | undefined>) {
    const early = await look();
    if (early !== undefined || plays.size === 0) return early;
    const played = Promise.all(plays).then(look);
    return Promise.race([wait(), played]);
  }
  Object.assign(api.app.wait, { until: watched });
  const forge = forgeOf(github);
  const activities = activitiesOn(api.app.uow, forge);

  async function provision(input: WorkspaceInput): Promise<void> {
    try {
      const { proceed, closes } = await inActivity(activities.beginProvisioning, input);
      if (!proceed) return;
      if (closes) return void (await inActivity(activities.closeAndSettle, input));
      const { repoId } = await inActivity(activities.ensureRepository, input);
      const ready = await inActivity(activities.checkReady, { ...input, repoId });
      await inActivity(activities.grantAccessAndSettle, { ...input, repoId, ...ready });
    } catch (error) {
      await inActivity(activities.recordProvisioningFailure, { ...input, ...failureOf(error) });
    }
  }

  async function run(input: TestRunInput, collect: boolean): Promise<void> {
    const { orgId, runId } = input;
    try {
      const { githubRunId } = await inActivity(activities.dispatchRun, { orgId, runId });
      if (!collect) return;
      const [row] = await api.database.rows<{ repo: string }>(
        'select w.repo_full_name as repo from test_runs r join workspaces w on w.id = r.workspace_id where r.id = $1',
        [runId],
      );
      const finished: FinishedRun = await runEnd(forge, row?.repo ?? '', githubRunId);
      await inActivity(activities.collectAndStore, { orgId, runId, finished });
    } catch (error) {
      await inActivity(activities.recordRunFailure, { orgId, runId, ...failureOf(error) });
    }
  }

  return {
    api,
    github,
    waits,
    play({ start }, collect = false) {
      const play =
        start.type === 'workspace'
          ? provision(start.input as WorkspaceInput)
          : run(start.input as TestRunInput, collect);
      plays.add(play);
      return play.finally(() => plays.delete(play));
    },
    async played() {
      await Promise.all(plays);
    },
    async close() {
      await api.close();
      await github.close();
    },
  };
}

/** As the workflows read what an activity threw. */
function failureOf(error: unknown): { reason: string; errorCode: string } {
  const { code, type, message } = error as { code?: string; type?: string; message: string };
  return { reason: message, errorCode: code ?? type ?? 'INTERNAL_ERROR' };
}

export interface Seat {
  readonly made: MadeSession;
  readonly token: string;
  readonly headers: Record<string, string>;
  task(type: SimulationTask['type']): SimulationTask;
  /** `/api/tasks/<id>` of the task of that kind. */
  path(type: SimulationTask['type']): string;
}

/** A candidate at work, with every day before `day` handed in. */
export async function seat(
  { api }: WorkspaceApi,
  {
    day = 2,
    templateRepo = tinyTemplate,
    ...fields
  }: SessionFields & { day?: number; templateRepo?: string | null } = {},
): Promise<Seat> {
  const { identity, token } = candidateOf(api);
  const simulation = await makeSimulation(await makeUser());
  await api.database.rows(
    'update simulation_tasks set template_repo = $2 where simulation_id = $1 and template_repo is not null',
    [simulation.id, templateRepo],
  );
  const made = await makeSession(simulation, { claimedBy: identity, ...fields });
  await makeProgress(made, day);
  const task = (type: SimulationTask['type']): SimulationTask => taskOf(made, type);
  return { made, token, task, headers: sessionHeaders(made.id), path: (type) => `/api/tasks/${task(type).id}` };
}
