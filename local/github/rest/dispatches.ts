import type { WorkflowInfo } from '../actions/types.ts';
import { isPlainRefName, resolveCommit } from '../git/revisions.ts';
import type { Repository, RunRecord } from '../state.ts';
import { findWorkflowFile, readWorkflowAt } from '../workflow-files.ts';
import type { World } from '../world.ts';
import { dispatchInputs } from './dispatch-inputs.ts';
import { notFound, unprocessable } from './errors.ts';
import { optionalFlag, optionalObject, optionalText } from './input.ts';
import { noContent, ok } from './route.ts';
import type { RepositoryCall, Route } from './route.ts';

interface Head {
  ref: string;
  name: string;
  sha: string;
}

/** A dispatch names a branch or tag, never a commit. */
async function findHead(dir: string, given: string): Promise<Head> {
  const name = given.replace(/^refs\/(heads|tags)\//, '');
  const candidates = given.startsWith('refs/') ? [given] : [`refs/heads/${given}`, `refs/tags/${given}`];
  for (const ref of isPlainRefName(given) ? candidates : []) {
    const sha = await resolveCommit(dir, ref);
    if (sha) return { ref, name, sha };
  }
  throw unprocessable(`No ref found for: ${given}`);
}

async function readAt(world: World, repository: Repository, path: string, sha: string): Promise<WorkflowInfo | null> {
  try {
    return await readWorkflowAt(world, world.readWorkflow, repository, { path, sha });
  } catch (error) {
    throw unprocessable(`failed to parse workflow: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function dispatch(world: World, call: RepositoryCall): Promise<RunRecord> {
  const { repository, dir, params, body, actor } = call;
  const file = await findWorkflowFile(world, repository, params['workflow_id'] ?? '');
  if (!file) throw notFound();
  const given = optionalText(body, 'ref');
  if (!given) throw unprocessable(`Invalid request.\n\n"ref" wasn't supplied.`);
  const head = await findHead(dir, given);
  const info = await readAt(world, repository, file.path, head.sha);
  const inputs = dispatchInputs(info, optionalObject(body, 'inputs') ?? {});
  const run = world.runs.create({
    repository,
    workflowId: file.id,
    workflowName: info?.name || file.path,
    workflowPath: file.path,
    title: info?.runName({ inputs, actor: actor.login }) || info?.name || file.path,
    headBranch: head.name,
    headRef: head.ref,
    headSha: head.sha,
    inputs,
    actorId: actor.id,
  });
  await world.store.commit();
  call.afterwards(() => world.runs.begin(run));
  return run;
}

export const dispatchRoutes: Route[] = [
  {
    method: 'POST',
    template: '/repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches',
    access: 'push',
    async handle(world, call) {
      const wantsDetails = optionalFlag(call.body, 'return_run_details') ?? false;
      const run = await dispatch(world, call);
      if (!wantsDetails) return noContent;
      return ok({
        workflow_run_id: run.id,
        run_url: `${world.links.repositoryApi(call.repository)}/actions/runs/${run.id}`,
        html_url: `${world.links.repositoryPage(call.repository)}/actions/runs/${run.id}`,
      });
    },
  },
];
