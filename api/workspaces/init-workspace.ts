import Joi from 'joi';
import { AppError } from '../../core/errors.ts';
import { hasWorkspace } from '../../domain/hiring/blueprint.ts';
import { mayWorkOnSession } from '../../domain/hiring/policies.ts';
import { decideTurn } from '../../domain/hiring/turn-in.ts';
import type { CandidateActor } from '../../domain/identity/actor.ts';
import { isGithubUsername, workspaceRepository } from '../../domain/workspaces/workspace.ts';
import type { Workspace } from '../../models/workspace.ts';
import { moveForward } from '../../services/github/turns.ts';
import { findBySessionId, loadCandidateTask, type CandidateTask } from '../../services/hiring/session-access.ts';
import { initWorkspace, workspaceTopic } from '../../services/workspaces/provisioning.ts';
import { readWorkspace, whyNotReady } from '../../services/workspaces/task-workspace.ts';
import { generateKey } from '../../services/workspaces/turn-keys.ts';
import { candidate } from '../actors.ts';
import type { App } from '../app.ts';
import { endpoint } from '../endpoint.ts';
import { requireSessionHeader, sessionHeader, taskParam } from '../hiring/params.ts';
import { githubErrors, taskAccessErrors } from './access-errors.ts';

interface InitBody {
  /** Its form is checked later: a bad one is 400. */
  readonly githubUsername?: string | null;
}

interface InitReply {
  readonly repoFullName: string;
  readonly repoUrl: string;
  readonly codespaceUrl: string;
  readonly defaultBranch: string | null;
  readonly workspaceId: string;
}

const initBody = Joi.object<InitBody, true>({ githubUsername: Joi.string().allow('', null) });

const initReply = Joi.object<InitReply, true>({
  repoFullName: Joi.string(),
  repoUrl: Joi.string().uri(),
  codespaceUrl: Joi.string().uri(),
  defaultBranch: Joi.string().allow(null),
  workspaceId: Joi.string().uuid(),
});

const LONGEST_WAIT_MS = 20_000;

export const initWorkspaceEndpoint = endpoint({
  method: 'post',
  path: '/api/tasks/:taskId/codespace/init',
  summary: 'Open the repository of a task',
  description:
    'Waits up to 20 s until the repository can be worked in; past that 409 with Retry-After and estimateSeconds, while it goes on being made.',
  auth: candidate,
  may: mayWorkOnSession,
  limit: 'init',
  input: { params: taskParam, headers: sessionHeader, body: initBody },
  replies: { 200: initReply },
  errors: [
    ...taskAccessErrors,
    'EMAIL_NOT_VERIFIED',
    'SIMULATION_COMPLETED',
    'TASK_OUT_OF_ORDER',
    'TASK_NOT_RUNNABLE',
    'INVALID_GITHUB_USERNAME',
    'TEMPLATE_NOT_CONFIGURED',
    'TEMPLATE_BROKEN',
    'WORKSPACE_NOT_READY',
    ...githubErrors,
  ],
  async handle({ app, actor, input, request }) {
    const sessionId = requireSessionHeader(input.headers);
    const { taskId } = input.params;
    const found = await findBySessionId(app.uow, actor.identity, sessionId);
    const asked = await app.uow.write(
      found.actor,
      async (uow) => {
        const loaded = await loadCandidateTask(uow, { sessionId, taskId, lock: true });
        const githubUsername = input.body.githubUsername ?? undefined;
        const { repoPrefix } = app.settings.github;
        const templateRepo = assertMayInit(loaded, githubUsername);
        const workspace = await initWorkspace(uow, {
          sessionId,
          taskId,
          templateRepo,
          repoFullName: workspaceRepository({ templateRepo, repoPrefix, sessionId, taskId }),
          ...(githubUsername !== undefined && { githubUsername }),
        });
        await moveForward(uow, app.settings.github.budget, generateKey(workspace.id));
        return workspace;
      },
      request,
    );
    const workspace = await waitUntilReady(app, found.actor, asked, request.signal);
    const { repoFullName, defaultBranch, id } = workspace;
    return {
      status: 200,
      body: {
        repoFullName,
        repoUrl: app.links.repository(repoFullName),
        codespaceUrl: app.links.codespace(repoFullName),
        defaultBranch,
        workspaceId: id,
      },
    };
  },
});

/** In the contract's order. @returns the template repository */
function assertMayInit({ task, tasks, submitted }: CandidateTask, githubUsername: string | undefined): string {
  if (tasks.every(({ id }) => submitted.has(id))) throw new AppError('SIMULATION_COMPLETED');
  if (decideTurn(tasks, submitted, task.id) !== 'ok') throw new AppError('TASK_OUT_OF_ORDER');
  if (!hasWorkspace(task.type)) throw new AppError('TASK_NOT_RUNNABLE');
  if (githubUsername !== undefined && !isGithubUsername(githubUsername)) throw new AppError('INVALID_GITHUB_USERNAME');
  if (task.templateRepo === null) throw new AppError('TEMPLATE_NOT_CONFIGURED');
  return task.templateRepo;
}

/** A repository that is ready is given out even when access to it is still being granted. */
async function waitUntilReady(
  app: App,
  actor: CandidateActor,
  { id }: Workspace,
  signal: AbortSignal,
): Promise<Workspace> {
  const read = (): Promise<Workspace> => app.uow.read(actor, () => readWorkspace(id));
  const look = async (): Promise<Workspace | undefined> => {
    const workspace = await read();
    return workspace.settledGeneration >= workspace.generation ? workspace : undefined;
  };
  const settled = await app.wait.until(workspaceTopic(id), look, { timeoutMs: LONGEST_WAIT_MS, signal });
  const workspace = settled ?? (await read());
  if (workspace.status === 'ready' && workspace.repositoryState === 'open') return workspace;
  throw await app.uow.read(actor, (uow) => whyNotReady(uow, workspace, app.settings.github.budget));
}
