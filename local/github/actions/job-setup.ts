import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { baseEnvironment, githubContext } from './environment.ts';
import type { Scope, Status } from './expressions/evaluate.ts';
import { fillIn } from './expressions/template.ts';
import type { Value } from './expressions/value.ts';
import { readOfflinePackages } from '../templates/offline-packages.ts';
import { createFolders } from './folders.ts';
import type { Job } from './job-file.ts';
import type { JobRun, RunContext } from './job-run.ts';
import type { JobLog } from './log.ts';
import type { Sandbox } from './sandbox/sandbox.ts';
import type { JobResult } from './types.ts';
import type { EnvTemplates, RunDefaults } from './workflow-file.ts';

/** What a job gets from the file around it and the jobs before it. */
export interface JobSurroundings {
  env: EnvTemplates;
  defaults: RunDefaults;
  /** Results of the jobs that it needs, by id. */
  needs: Readonly<Record<string, JobResult['conclusion']>>;
}

/** What is made for one job and goes with it. */
export interface JobPlace {
  folder: string;
  sandbox: Sandbox;
  trackingId: string;
  log: JobLog;
}

export async function setUpJob(job: Job, around: JobSurroundings, run: RunContext, place: JobPlace): Promise<JobRun> {
  const { request } = run;
  const packages = await readOfflinePackages(request.cacheDir);
  const folders = await createFolders(place.folder, packages);
  const github = githubContext(request, run.workflowName, job.id, folders.workspace);
  await writeFile(join(folders.temp, 'event.json'), JSON.stringify({ inputs: request.inputs, ref: request.ref }));
  const scope = jobScope(run, around, job.id);
  const env = Object.entries({ ...around.env, ...job.env });
  const { shell, workingDirectory } = job.defaults;
  place.log.line(place.sandbox.description);
  return {
    job,
    defaults: {
      shell: shell ?? around.defaults.shell,
      workingDirectory: workingDirectory ?? around.defaults.workingDirectory,
    },
    run,
    folders,
    sandbox: place.sandbox,
    log: place.log,
    github,
    needs: needsContext(around),
    baseEnv: { ...baseEnvironment(request, github, folders, packages, place.trackingId), ...place.sandbox.env },
    env: new Map(env.map(([name, template]) => [name, fillIn(template, scope)])),
    path: [],
    trackingId: place.trackingId,
    steps: new Map(),
  };
}

/** What the `name`, `if` and `env` of a job see. */
export function jobScope(run: RunContext, around: JobSurroundings, jobId: string): Scope {
  const github = githubContext(run.request, run.workflowName, jobId, '');
  const status = statusAfter(Object.values(around.needs), run.request.signal);
  return { status, contexts: { github, inputs: run.inputs, needs: needsContext(around) } };
}

function statusAfter(needs: readonly JobResult['conclusion'][], cancelled: AbortSignal): Status {
  if (cancelled.aborted) return 'cancelled';
  if (needs.some((result) => result === 'failure' || result === 'timed_out')) return 'failure';
  return needs.every((result) => result === 'success') ? 'success' : 'skipped';
}

function needsContext(around: JobSurroundings): Record<string, Value> {
  return Object.fromEntries(Object.entries(around.needs).map(([id, result]) => [id, { result }]));
}
