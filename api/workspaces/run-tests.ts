import Joi from 'joi';
import { AppError } from '../../core/errors.ts';
import { createOnce } from '../../core/idempotency.ts';
import { hasWorkspace } from '../../domain/hiring/blueprint.ts';
import { mayWorkOnSession } from '../../domain/hiring/policies.ts';
import type { CandidateActor } from '../../domain/identity/actor.ts';
import { hasEnded } from '../../domain/workspaces/test-run.ts';
import type { TestRun } from '../../models/test-run.ts';
import { findBySessionId, loadCandidateTask } from '../../services/hiring/session-access.ts';
import { branchToRun, loadRunnable, notStarted } from '../../services/workspaces/task-workspace.ts';
import {
  isWorthKeeping,
  readRun,
  runFailure,
  runTopic,
  startRun,
  webhookGraceMs,
} from '../../services/workspaces/test-runs.ts';
import { sessionRef } from '../../workflows/hiring/candidate-session.contract.ts';
import { candidate } from '../actors.ts';
import type { App } from '../app.ts';
import { endpoint } from '../endpoint.ts';
import { requireSessionHeader, sessionHeader, taskParam } from '../hiring/params.ts';
import { githubErrors, taskAccessErrors } from './access-errors.ts';
import { runBody } from './run-body.ts';
import { presentRunResult, runResult } from './run-result.ts';

/** GitHub's first answer, or its failure, is there by then. */
const DISPATCH_WAIT_MS = 20_000;

const waitQuery = Joi.object<{ wait: number }, true>({
  wait: Joi.number().integer().min(0).max(75).default(5).description('Seconds to wait for the result'),
});

export const runTestsEndpoint = endpoint({
  method: 'post',
  path: '/api/tasks/:taskId/run',
  summary: 'Run the workspace tests on GitHub Actions',
  description:
    'Waits some seconds for the result and then says `running`. While a run is under way on the branch, its id is the answer.',
  auth: candidate,
  may: mayWorkOnSession,
  limit: 'run',
  input: { params: taskParam, query: waitQuery, headers: sessionHeader, body: runBody },
  replies: { 200: runResult },
  errors: [
    ...taskAccessErrors,
    'EMAIL_NOT_VERIFIED',
    'SIMULATION_COMPLETED',
    'TASK_NOT_RUNNABLE',
    'WORKSPACE_NOT_INITIALIZED',
    'WORKSPACE_NOT_READY',
    'INVALID_BRANCH_NAME',
    'TEST_RUN_QUEUED',
    'TEST_RUN_FAILED',
    ...githubErrors,
  ],
  idempotent: true,
  async handle({ app, actor, input, request }) {
    const sessionId = requireSessionHeader(input.headers);
    const { taskId } = input.params;
    const { branch, workflowInputs } = input.body;
    const found = await findBySessionId(app.uow, actor.identity, sessionId);
    const { runId, workspace } = await app.uow.write(
      found.actor,
      async (uow) => {
        const { task } = await loadCandidateTask(uow, { sessionId, taskId, lock: true });
        if (!hasWorkspace(task.type)) throw new AppError('TASK_NOT_RUNNABLE');
        const { budget } = app.settings.github;
        const workspace = await loadRunnable(uow, { sessionId, taskId, budget });
        const wanted = {
          workspace,
          branch: branchToRun(workspace, branch),
          inputs: workflowInputs ?? {},
          purpose: 'run',
          graceMs: webhookGraceMs(app.settings.github),
          ref: sessionRef(sessionId),
        } as const;
        const runId = await createOnce(uow, request.idempotencyKey, {
          create: async () => (await startRun(uow, wanted)).run.id,
          answers: isWorthKeeping,
        });
        return { runId, workspace };
      },
      request,
    );
    const seen = await waitForRun(app, found.actor, runId, {
      waitMs: input.query.wait * 1_000,
      signal: request.signal,
    });
    return { status: 200, body: presentRunResult(seen, workspace.repoFullName, app.links) };
  },
});

/**
 * Waits until GitHub has taken the run, then for its end as long as the caller wants.
 * @throws {AppError} what GitHub failed with; TEST_RUN_QUEUED when nobody has sent it to GitHub in time
 */
async function waitForRun(
  app: App,
  actor: CandidateActor,
  runId: string,
  { waitMs, signal }: { waitMs: number; signal: AbortSignal },
): Promise<TestRun> {
  const startedAt = performance.now();
  const when = (fits: (run: TestRun) => boolean) => async (): Promise<TestRun | undefined> => {
    const run = await app.uow.read(actor, () => readRun(runId));
    return fits(run) ? run : undefined;
  };
  const taken = await app.wait.until(
    runTopic(runId),
    when((run) => run.githubRunId !== null || hasEnded(run.status)),
    { timeoutMs: Math.max(DISPATCH_WAIT_MS, waitMs), signal },
  );
  if (!taken) throw await app.uow.read(actor, (uow) => notStarted(uow, runId, app.settings.github.budget));
  if (taken.githubRunId === null) throw runFailure(taken);
  const leftMs = waitMs - (performance.now() - startedAt);
  if (hasEnded(taken.status) || leftMs <= 0) return taken;
  const ended = await app.wait.until(
    runTopic(runId),
    when((run) => hasEnded(run.status)),
    { timeoutMs: leftMs, signal },
  );
  return ended ?? taken;
}
