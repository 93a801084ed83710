import { findWorkflowFile, listWorkflowFiles, workflowName } from '../workflow-files.ts';
import { notFound } from './errors.ts';
import { paginate } from './pagination.ts';
import { presentWorkflow } from './present/runs.ts';
import { ok } from './route.ts';
import type { Route } from './route.ts';

export const workflowRoutes: Route[] = [
  {
    method: 'GET',
    template: '/repos/{owner}/{repo}/actions/workflows',
    access: 'pull',
    async handle(world, call) {
      const { repository } = call;
      const files = await listWorkflowFiles(world, repository);
      const { items, headers } = paginate(world.links.apiUrl, call, files);
      const workflows = [];
      for (const file of items) {
        const name = await workflowName(world, world.readWorkflow, repository, file);
        workflows.push(presentWorkflow(world, repository, file, name));
      }
      return ok({ total_count: files.length, workflows }, headers);
    },
  },
  {
    method: 'GET',
    template: '/repos/{owner}/{repo}/actions/workflows/{workflow_id}',
    access: 'pull',
    async handle(world, { repository, params }) {
      const file = await findWorkflowFile(world, repository, params['workflow_id'] ?? '');
      if (!file) throw notFound();
      const name = await workflowName(world, world.readWorkflow, repository, file);
      return ok(presentWorkflow(world, repository, file, name));
    },
  },
];
