import type { ArtifactStore } from './artifacts/store.ts';
import type { Value } from './expressions/value.ts';
import type { JobFolders } from './folders.ts';
import type { Job } from './job-file.ts';
import type { JobLog } from './log.ts';
import type { Sandbox } from './sandbox/sandbox.ts';
import type { WorkflowRunRequest } from './types.ts';
import type { RunDefaults } from './workflow-file.ts';

/** How a job that was not skipped has ended. */
export type Ending = 'success' | 'failure' | 'cancelled' | 'timed_out';

/** What all jobs of one run share. */
export interface RunContext {
  request: WorkflowRunRequest;
  workflowName: string;
  inputs: Readonly<Record<string, Value>>;
  artifacts: ArtifactStore;
  /** When the run's time is over, in milliseconds since 1970. */
  endsAtMs: number;
}

/** A job on its way: what its steps have set so far. */
export interface JobRun {
  job: Job;
  /** The job's own, else the workflow's. */
  defaults: RunDefaults;
  run: RunContext;
  folders: JobFolders;
  sandbox: Sandbox;
  log: JobLog;
  github: Readonly<Record<string, Value>>;
  needs: Readonly<Record<string, Value>>;
  baseEnv: Readonly<Record<string, string>>;
  /** The workflow's and the job's `env`, and what steps wrote to GITHUB_ENV. */
  env: Map<string, string>;
  /** The value of the variable by which its processes are known. */
  trackingId: string;
  /** Newest first. */
  path: string[];
  steps: Map<string, Readonly<Record<string, Value>>>;
}
