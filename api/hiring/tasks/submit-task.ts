import Joi from 'joi';
import { AppError } from '../../../core/errors.ts';
import { createOnce } from '../../../core/idempotency.ts';
import type { UnitOfWork } from '../../../core/unit-of-work.ts';
import { hasWorkspace } from '../../../domain/hiring/blueprint.ts';
import { mayWorkOnSession } from '../../../domain/hiring/policies.ts';
import type { Progress } from '../../../domain/hiring/session.ts';
import type { CandidateActor } from '../../../domain/identity/actor.ts';
import { hasEnded } from '../../../domain/workspaces/test-run.ts';
import type { Submission } from '../../../models/submission.ts';
import {
  findBySessionId,
  loadCandidateTask,
  loadProgress,
  type CandidateTask,
} from '../../../services/hiring/session-access.ts';
import {
  lookAtSubmission,
  startSubmissionRun,
  type RunAndSubmission,
  type SubmissionRun,
} from '../../../services/hiring/submit-code.ts';
import { readSubmission, submitText } from '../../../services/hiring/turn-in.ts';
import { notStarted } from '../../../services/workspaces/task-workspace.ts';
import { isWorthKeeping, runFailure, runTopic, webhookGraceMs } from '../../../services/workspaces/test-runs.ts';
import { candidate } from '../../actors.ts';
import type { App } from '../../app.ts';
import { endpoint, type RequestInfo } from '../../endpoint.ts';
import { githubErrors, taskAccessErrors } from '../../workspaces/access-errors.ts';
import { runBodyKeys, type RunBody } from '../../workspaces/run-body.ts';
import { requireSessionHeader, sessionHeader, taskParam } from '../params.ts';

interface SubmitReply {
  readonly submissionId: number;
  readonly taskId: number;
  readonly candidateSessionId: number;
  readonly submittedAt: string;
  readonly progress: Progress;
  readonly isComplete: boolean;
}

interface SubmitBody extends RunBody {
  readonly contentText?: string | null;
}

const submitBody = Joi.object<SubmitBody, true>({
  contentText: Joi.string().allow('', null).max(500_000),
  ...runBodyKeys,
});

const submitReply = Joi.object<SubmitReply, true>({
  submissionId: Joi.number().integer(),
  taskId: Joi.number().integer(),
  candidateSessionId: Joi.number().integer(),
  submittedAt: Joi.string().isoDate(),
  progress: Joi.object<Progress, true>({ completed: Joi.number().integer(), total: Joi.number().integer() }),
  isComplete: Joi.boolean(),
});

/** The web client gives up at 90 s; a candidate is never left without an answer. */
const LONGEST_WAIT_MS = 75_000;

export const submitTask = endpoint({
  method: 'post',
  path: '/api/tasks/:taskId/submit',
  summary: 'Hand in a task',
  description:
    'Text tasks are stored at once. Repository tasks get a fresh test run and answer when it has ended, or after 75 s with the submission stored as running; failing tests do not prevent a submission.',
  auth: candidate,
  may: mayWorkOnSession,
  limit: 'submit',
  input: { params: taskParam, headers: sessionHeader, body: submitBody },
  replies: { 201: submitReply },
  errors: [
    ...taskAccessErrors,
    'EMAIL_NOT_VERIFIED',
    'SUBMISSION_CONFLICT',
    'SIMULATION_COMPLETED',
    'TASK_OUT_OF_ORDER',
    'CONTENT_REQUIRED',
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
    const found = await findBySessionId(app.uow, actor.identity, sessionId);
    const begun = await app.uow.write(
      found.actor,
      async (uow) =>
        begin(uow, await loadCandidateTask(uow, { sessionId, taskId, lock: true }), { app, request, ...input }),
      request,
    );
    const submission =
      'submission' in begun ? begun.submission : await waitForSubmission(app, found.actor, begun, request.signal);
    const progress = await app.uow.read(found.actor, () =>
      loadProgress({ id: sessionId, simulationId: submission.simulationId }),
    );
    return {
      status: 201,
      body: {
        submissionId: Number(submission.id),
        taskId: Number(taskId),
        candidateSessionId: Number(sessionId),
        submittedAt: submission.submittedAt.toISOString(),
        progress: { completed: progress.submitted.size, total: progress.tasks.length },
        isComplete: progress.submitted.size === progress.tasks.length,
      },
    };
  },
});

interface Command {
  readonly app: App;
  readonly request: RequestInfo;
  readonly body: SubmitBody;
}

/** Stores a text, or starts the run of a repository; a repeat with the same Idempotency-Key joins what the first began. */
async function begin(
  uow: UnitOfWork<CandidateActor>,
  found: CandidateTask,
  { app, request, body: { contentText, branch, workflowInputs } }: Command,
): Promise<{ readonly submission: Submission } | SubmissionRun> {
  if (!hasWorkspace(found.task.type)) {
    const create = async (): Promise<string> => (await submitText(uow, found, contentText ?? undefined)).id;
    return { submission: await readSubmission(await createOnce(uow, request.idempotencyKey, { create })) };
  }
  let joined = false;
  const create = async (): Promise<string> => {
    const graceMs = webhookGraceMs(app.settings.github);
    const { budget } = app.settings.github;
    const turnIn = { branch: branch ?? undefined, inputs: workflowInputs ?? {}, graceMs, budget };
    const started = await startSubmissionRun(uow, found, turnIn);
    joined = started.joined;
    return started.runId;
  };
  const runId = await createOnce(uow, request.idempotencyKey, { create, answers: isWorthKeeping });
  return { runId, joined };
}

/**
 * Waits for the run's end. The workflow stores the submission as soon as GitHub has the run, so what is there after the
 * wait is the answer. Who joined another request's submission is told 409 once that one is stored.
 * @throws {AppError} SUBMISSION_CONFLICT; what GitHub failed with (nothing is stored then); TEST_RUN_QUEUED when GitHub does
 * not have the run yet: the workflow goes on, and a retry joins it
 */
async function waitForSubmission(
  app: App,
  actor: CandidateActor,
  { runId, joined }: SubmissionRun,
  signal: AbortSignal,
): Promise<Submission> {
  const look = (): Promise<RunAndSubmission> => app.uow.read(actor, () => lookAtSubmission(runId));
  const decided = async (): Promise<RunAndSubmission | undefined> => {
    const seen = await look();
    return hasEnded(seen.run.status) || (joined && seen.submission) ? seen : undefined;
  };
  const seen = await app.wait.until(runTopic(runId), decided, { timeoutMs: LONGEST_WAIT_MS, signal });
  const { run, submission } = seen ?? (await look());
  if (!submission) {
    if (hasEnded(run.status)) throw runFailure(run);
    throw await app.uow.read(actor, (uow) => notStarted(uow, runId, app.settings.github.budget));
  }
  if (joined) throw new AppError('SUBMISSION_CONFLICT');
  return submission;
}
