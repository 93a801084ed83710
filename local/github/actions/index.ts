import { join } from 'node:path';
import { createArtifactStore } from './artifacts/store.ts';
import { fillIn } from './expressions/template.ts';
import { readInputs } from './inputs.ts';
import { git } from './git.ts';
import type { RunContext } from './job-run.ts';
import { failedJob, runJob } from './run-job.ts';
import type { ExecuteWorkflow, JobResult, ReadWorkflow, WorkflowRunOutcome, WorkflowRunRequest } from './types.ts';
import { readWorkflowFile } from './workflow-file.ts';
import type { WorkflowFile } from './workflow-file.ts';

export { WorkflowError } from './errors.ts';

/**
 * Reads what the server must know of a workflow file. `name` is empty when the file has none. Throws a WorkflowError whose
 * message names what is wrong; what is wrong inside of a job shows only when that job runs, in its log.
 */
export const readWorkflow: ReadWorkflow = (yamlText) => {
  const file = readWorkflowFile(yamlText);
  return {
    name: file.name ?? '',
    dispatchInputs: file.dispatchInputs,
    runName: ({ inputs, actor }) => nameRun(file, readInputs(file.dispatchInputs, inputs).texts, { actor }),
  };
};

/**
 * Runs the workflow file of one commit, job after job. Whatever is wrong with the file, the commit or the steps is in the
 * outcome; only a machine that cannot be worked on (a full disk, say) makes it throw. The zips of artifacts stay in
 * `workDir/artifacts`; everything else that it made is gone at the end, and no process is left.
 */
export const executeWorkflow: ExecuteWorkflow = async (request) => {
  const endsAtMs = Date.now() + request.timeLimitMs;
  let file: WorkflowFile;
  try {
    file = readWorkflowFile(
      await git(['--git-dir', request.bareRepo, 'show', `${request.sha}:${request.workflowPath}`], request.signal),
    );
  } catch (error) {
    return unreadable(request, error);
  }
  const inputs = readInputs(file.dispatchInputs, request.inputs);
  const run: RunContext = {
    request: { ...request, inputs: inputs.texts },
    workflowName: file.name ?? request.workflowPath,
    inputs: inputs.values,
    artifacts: createArtifactStore(join(request.workDir, 'artifacts')),
    endsAtMs,
  };
  const results = new Map<string, JobResult>();
  for (const entry of file.jobs) {
    const needs = entry.needs.map((id) => [id, results.get(id)?.conclusion ?? 'skipped']);
    results.set(
      entry.id,
      await runJob(entry, { env: file.env, defaults: file.defaults, needs: Object.fromEntries(needs) }, run),
    );
  }
  const jobs = [...results.values()];
  return {
    conclusion: concludeRun(jobs, request.signal),
    runName: nameRun(file, inputs.texts, request) || run.workflowName,
    headSha: request.sha,
    jobs,
    artifacts: run.artifacts.list(),
  };
};

function nameRun(file: WorkflowFile, inputs: Readonly<Record<string, string>>, github: { actor: string }): string {
  const scope = {
    status: 'success' as const,
    contexts: { inputs, github: { actor: github.actor, event: { inputs } } },
  };
  const name = file.runName === null ? '' : fillIn(file.runName, scope).trim();
  return name === '' ? (file.name ?? '') : name;
}

function concludeRun(jobs: readonly JobResult[], signal: AbortSignal): WorkflowRunOutcome['conclusion'] {
  const has = (conclusion: JobResult['conclusion']): boolean => jobs.some((job) => job.conclusion === conclusion);
  if (signal.aborted || has('cancelled')) return 'cancelled';
  if (has('timed_out')) return 'timed_out';
  return has('failure') ? 'failure' : 'success';
}

function unreadable(request: WorkflowRunRequest, error: unknown): WorkflowRunOutcome {
  const message = error instanceof Error ? error.message : 'the workflow file cannot be read';
  return {
    conclusion: request.signal.aborted ? 'cancelled' : 'failure',
    runName: request.workflowPath,
    headSha: request.sha,
    jobs: [failedJob(request.workflowPath, message)],
    artifacts: [],
  };
}
