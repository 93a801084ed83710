import type { Reply, TestApi } from '../../../support/api.ts';
import {
  makeProgress,
  makeSession,
  makeWorkspace,
  taskOf,
  type MadeSession,
  type MadeSimulation,
} from '../../../support/factories-hiring.ts';
import { playerOf, type RunPlayer } from '../../../support/play-runs.ts';
import { candidateOf, sessionHeaders, type Candidate } from '../world.ts';

export interface Submitted {
  readonly submissionId: number;
  readonly submittedAt: string;
  readonly progress: { readonly completed: number; readonly total: number };
  readonly isComplete: boolean;
}

/** Hands in a task; with the session's header unless others are given. */
export function submitTask<Body = Submitted>(
  api: TestApi,
  { token }: Candidate,
  { id }: Pick<MadeSession, 'id'>,
  taskId: string | number,
  body: unknown,
  headers: Record<string, string> = sessionHeaders(id),
): Promise<Reply<Body>> {
  return api.call<Body>('post', `/api/tasks/${taskId}/submit`, { token, headers, body });
}

export interface RunRow {
  readonly id: string;
  readonly status: string;
  readonly branch: string;
  readonly inputs: object;
}

/** A candidate of their own on day 2, the first on which a repository is handed in. */
export async function onDayTwo(api: TestApi, simulation: MadeSimulation) {
  const ada = candidateOf(api);
  const made = await makeSession(simulation, { claimedBy: ada.identity });
  await makeProgress(made, 2);
  const task = taskOf(made, 'code');
  const { database } = api;
  return {
    ada,
    made,
    taskId: task.id,
    submit: <Body = Submitted>(body: unknown = {}) => submitTask<Body>(api, ada, made, task.id, body),
    workspaceOf: (fields: Parameters<typeof makeWorkspace>[2] = {}) => makeWorkspace(made, task, fields),
    runs: () =>
      database.rows<RunRow>(
        `select id, status, branch, inputs from test_runs where candidate_session_id = $1 and task_id = $2
         order by requested_at`,
        [made.id, task.id],
      ),
    submissions: () =>
      database.rows<{ id: string; test_run_id: string; commit_sha: string | null; submitted_at: Date }>(
        `select id, test_run_id, commit_sha, submitted_at from submissions
         where candidate_session_id = $1 and task_id = $2`,
        [made.id, task.id],
      ),
  };
}

/** The worker: does `play` with each run right after the commit that asked for it. */
export function whenStarted(api: TestApi, play: (run: RunPlayer) => Promise<void>): void {
  api.react(async (message) => {
    const run = playerOf(api.database.uow, message);
    if (run) await play(run);
  });
}

/** GitHub takes the run and its tests pass. */
export async function passes(run: RunPlayer): Promise<void> {
  await run.dispatch();
  await run.finish();
}
