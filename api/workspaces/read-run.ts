import Joi from 'joi';
import { AppError } from '../../core/errors.ts';
import { mayWorkOnSession } from '../../domain/hiring/policies.ts';
import { findBySessionId, loadCandidateTask } from '../../services/hiring/session-access.ts';
import { findOpened } from '../../services/workspaces/task-workspace.ts';
import { findRunByGithubId } from '../../services/workspaces/test-runs.ts';
import { candidate } from '../actors.ts';
import { endpoint } from '../endpoint.ts';
import { integerId, requireSessionHeader, sessionHeader } from '../hiring/params.ts';
import { taskAccessErrors } from './access-errors.ts';
import { presentRunResult, runResult } from './run-result.ts';

const runParams = Joi.object<{ taskId: string; runId: string }, true>({
  taskId: integerId.required(),
  runId: integerId.required().description("GitHub's id of the run"),
});

export const readRunEndpoint = endpoint({
  method: 'get',
  path: '/api/tasks/:taskId/run/:runId',
  summary: 'What a test run found',
  auth: candidate,
  may: mayWorkOnSession,
  limit: 'poll',
  input: { params: runParams, headers: sessionHeader },
  replies: { 200: runResult },
  errors: [...taskAccessErrors, 'RUN_NOT_FOUND'],
  async handle({ app, actor, input }) {
    const sessionId = requireSessionHeader(input.headers);
    const { taskId, runId } = input.params;
    const found = await findBySessionId(app.uow, actor.identity, sessionId);
    const body = await app.uow.read(found.actor, async (uow) => {
      await loadCandidateTask(uow, { sessionId, taskId, lock: false });
      const workspace = await findOpened({ sessionId, taskId });
      const run = workspace && (await findRunByGithubId(workspace.id, runId));
      if (!run) throw new AppError('RUN_NOT_FOUND');
      return presentRunResult(run, workspace.repoFullName, app.links);
    });
    return { status: 200, body };
  },
});
