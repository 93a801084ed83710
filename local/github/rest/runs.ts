import { signedLink } from '../artifacts.ts';
import { readCommit } from '../git/commits.ts';
import type { RunRecord } from '../state.ts';
import { findWorkflowFile } from '../workflow-files.ts';
import type { World } from '../world.ts';
import { forbidden, GithubError, notFound } from './errors.ts';
import { idParam } from './input.ts';
import { paginate } from './pagination.ts';
import { presentJob, presentRun } from './present/runs.ts';
import { filterRuns } from './run-filters.ts';
import { noContent, ok } from './route.ts';
import type { Reply, RepositoryCall, Route } from './route.ts';

export function findRun(world: World, { repository, params }: RepositoryCall): RunRecord {
  const id = idParam(params, 'run_id');
  const run = world.store.state.runs.find((candidate) => candidate.id === id);
  if (!run || run.repositoryId !== repository.id) throw notFound();
  return run;
}

async function present(world: World, { repository, dir }: RepositoryCall, run: RunRecord): Promise<object> {
  const commit = await readCommit(dir, run.headSha).catch(() => null);
  return presentRun(world, repository, run, commit);
}

async function list(world: World, call: RepositoryCall, runs: readonly RunRecord[]): Promise<Reply> {
  const { state } = world.store;
  const found = filterRuns(state, runs, call.query);
  const { items, headers } = paginate(world.links.apiUrl, call, found);
  const workflowRuns = await Promise.all(items.map((run) => present(world, call, run)));
  return ok({ total_count: found.length, workflow_runs: workflowRuns }, headers);
}

function runsOf(world: World, { repository }: RepositoryCall): RunRecord[] {
  return world.store.state.runs.filter((run) => run.repositoryId === repository.id);
}

async function cancel(world: World, call: RepositoryCall): Promise<Reply> {
  const ended = !(await world.runs.cancel(findRun(world, call)));
  if (ended) throw new GithubError(409, 'Cannot cancel a workflow run that is completed.');
  return { status: 202, body: {} };
}

const run = '/repos/{owner}/{repo}/actions/runs/{run_id}';

export const runRoutes: Route[] = [
  {
    method: 'GET',
    template: '/repos/{owner}/{repo}/actions/runs',
    access: 'pull',
    handle: (world, call) => list(world, call, runsOf(world, call)),
  },
  {
    method: 'GET',
    template: '/repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs',
    access: 'pull',
    async handle(world, call) {
      const file = await findWorkflowFile(world, call.repository, call.params['workflow_id'] ?? '');
      if (!file) throw notFound();
      const runs = runsOf(world, call).filter(({ workflowId }) => workflowId === file.id);
      return list(world, call, runs);
    },
  },
  {
    method: 'GET',
    template: run,
    access: 'pull',
    handle: async (world, call) => ok(await present(world, call, findRun(world, call))),
  },
  {
    method: 'DELETE',
    template: run,
    access: 'push',
    async handle(world, call) {
      const found = findRun(world, call);
      if (found.status !== 'completed') throw forbidden('Cannot delete a workflow run that is not completed.');
      await world.runs.remove(found);
      await world.store.commit();
      return noContent;
    },
  },
  { method: 'POST', template: `${run}/cancel`, access: 'push', handle: cancel },
  { method: 'POST', template: `${run}/force-cancel`, access: 'push', handle: cancel },
  {
    method: 'GET',
    template: `${run}/jobs`,
    access: 'pull',
    handle(world, call) {
      const found = findRun(world, call);
      const { items, headers } = paginate(world.links.apiUrl, call, found.jobs);
      const jobs = items.map((job) => presentJob(world, call.repository, found, job));
      return ok({ total_count: found.jobs.length, jobs }, headers);
    },
  },
  {
    method: 'GET',
    template: `${run}/logs`,
    access: 'pull',
    handle(world, call) {
      const found = findRun(world, call);
      if (found.status !== 'completed') throw notFound();
      return { status: 302, headers: { location: signedLink(world, `/_downloads/logs/${found.id}.zip`) } };
    },
  },
];
