/** The seam between the local GitHub server and the executor of its workflow files. */

/** One run to execute. Paths are absolute; the executor writes only inside `workDir` and `cacheDir`. */
export interface WorkflowRunRequest {
  bareRepo: string;
  sha: string;
  ref: string;
  repository: string;
  actor: string;
  runId: number;
  runNumber: number;
  workflowPath: string;
  inputs: Readonly<Record<string, string>>;
  /** A fresh empty folder; the executor makes and removes subfolders only inside it. */
  workDir: string;
  cacheDir: string;
  timeLimitMs: number;
  /** Aborted when the run is cancelled or the server closes: the executor ends its process groups. */
  signal: AbortSignal;
  env?: Readonly<Record<string, string>>;
}

export interface StepResult {
  name: string;
  number: number;
  status: 'completed' | 'skipped';
  conclusion: 'success' | 'failure' | 'cancelled' | 'skipped';
  startedAt: string;
  completedAt: string;
}

export interface JobResult {
  name: string;
  conclusion: 'success' | 'failure' | 'cancelled' | 'timed_out' | 'skipped';
  startedAt: string;
  completedAt: string;
  steps: StepResult[];
  /** Capped at 1 MiB. */
  log: string;
}

/** A zip file that the server moves into its own store. */
export interface ProducedArtifact {
  name: string;
  zipPath: string;
  sizeBytes: number;
}

export interface WorkflowRunOutcome {
  conclusion: 'success' | 'failure' | 'cancelled' | 'timed_out';
  runName: string;
  headSha: string;
  jobs: JobResult[];
  artifacts: ProducedArtifact[];
}

export interface DispatchInput {
  required: boolean;
  default?: string;
  type?: string;
  options?: readonly string[];
}

/** What the server must know of a workflow file without running it. */
export interface WorkflowInfo {
  name: string;
  /** null: the file has no `workflow_dispatch` trigger. */
  dispatchInputs: Readonly<Record<string, DispatchInput>> | null;
  runName: (context: { inputs: Readonly<Record<string, string>>; actor: string }) => string;
}

export type ExecuteWorkflow = (request: WorkflowRunRequest) => Promise<WorkflowRunOutcome>;

/** Reads a workflow file's text; throws an Error whose message names what is wrong with it. */
export type ReadWorkflow = (yamlText: string) => WorkflowInfo;
