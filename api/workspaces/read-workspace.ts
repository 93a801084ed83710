import Joi from 'joi';
import { mayWorkOnSession } from '../../domain/hiring/policies.ts';
import { hasEnded } from '../../domain/workspaces/test-run.ts';
import type { TestRun } from '../../models/test-run.ts';
import type { Workspace } from '../../models/workspace.ts';
import { findBySessionId, loadCandidateTask } from '../../services/hiring/session-access.ts';
import { findLastRun, loadReady } from '../../services/workspaces/task-workspace.ts';
import { candidate } from '../actors.ts';
import { endpoint } from '../endpoint.ts';
import { requireSessionHeader, sessionHeader, taskParam } from '../hiring/params.ts';
import type { Links } from '../links.ts';
import { taskAccessErrors } from './access-errors.ts';

interface WorkspaceStatusReply {
  readonly repoFullName: string;
  readonly repoUrl: string;
  readonly codespaceUrl: string;
  readonly defaultBranch: string | null;
  readonly latestCommitSha: string | null;
  readonly lastWorkflowRunId: string | null;
  readonly lastWorkflowConclusion: string | null;
  readonly lastTestSummary: TestSummary | null;
  readonly workspaceId: string;
}

interface TestSummary {
  readonly status: string;
  readonly runId: number;
  readonly conclusion: string | null;
  readonly passed: number | null;
  readonly failed: number | null;
  readonly total: number | null;
  readonly stdout: string | null;
  readonly stderr: string | null;
  readonly summary: object | null;
}

const count = Joi.number().integer().allow(null);
const output = Joi.string().allow('', null);

const workspaceStatusReply = Joi.object<WorkspaceStatusReply, true>({
  repoFullName: Joi.string(),
  repoUrl: Joi.string().uri(),
  codespaceUrl: Joi.string().uri(),
  defaultBranch: Joi.string().allow(null),
  latestCommitSha: Joi.string().allow(null),
  lastWorkflowRunId: Joi.string().allow(null),
  lastWorkflowConclusion: Joi.string().allow(null),
  lastTestSummary: Joi.object<TestSummary, true>({
    status: Joi.string(),
    runId: Joi.number().integer(),
    conclusion: Joi.string().allow(null),
    passed: count,
    failed: count,
    total: count,
    stdout: output,
    stderr: output,
    summary: Joi.object().unknown(true).allow(null),
  }).allow(null),
  workspaceId: Joi.string().uuid(),
});

export const readWorkspaceEndpoint = endpoint({
  method: 'get',
  path: '/api/tasks/:taskId/codespace/status',
  summary: 'The repository of a task and its last test run',
  auth: candidate,
  may: mayWorkOnSession,
  limit: 'poll',
  input: { params: taskParam, headers: sessionHeader },
  replies: { 200: workspaceStatusReply },
  errors: [...taskAccessErrors, 'WORKSPACE_UNKNOWN', 'WORKSPACE_NOT_READY'],
  async handle({ app, actor, input }) {
    const sessionId = requireSessionHeader(input.headers);
    const { taskId } = input.params;
    const found = await findBySessionId(app.uow, actor.identity, sessionId);
    const body = await app.uow.read(found.actor, async (uow) => {
      await loadCandidateTask(uow, { sessionId, taskId, lock: false });
      const workspace = await loadReady(
        uow,
        { sessionId, taskId, budget: app.settings.github.budget },
        'WORKSPACE_UNKNOWN',
      );
      return present(workspace, await findLastRun(workspace), app.links);
    });
    return { status: 200, body };
  },
});

function present(workspace: Workspace, lastRun: TestRun | null, links: Links): WorkspaceStatusReply {
  const { id, repoFullName, defaultBranch, latestCommitSha } = workspace;
  return {
    repoFullName,
    repoUrl: links.repository(repoFullName),
    codespaceUrl: links.codespace(repoFullName),
    defaultBranch,
    latestCommitSha,
    lastWorkflowRunId: lastRun?.githubRunId ?? null,
    lastWorkflowConclusion: lastRun?.conclusion ?? null,
    lastTestSummary: lastRun && hasEnded(lastRun.status) ? presentSummary(lastRun) : null,
    workspaceId: id,
  };
}

function presentSummary(run: TestRun): TestSummary {
  const { status, githubRunId, conclusion, passed, failed, total, stdout, stderr, summary } = run;
  return { status, runId: Number(githubRunId), conclusion, passed, failed, total, stdout, stderr, summary };
}
