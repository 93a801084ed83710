import type { ArtifactStore } from '../artifacts/store.ts';
import type { JobFolders } from '../folders.ts';
import type { JobLog } from '../log.ts';
import type { WorkflowRunRequest } from '../types.ts';

/** One call of a built-in action from a step. */
export interface ActionCall {
  inputs: Readonly<Record<string, string>>;
  request: WorkflowRunRequest;
  folders: JobFolders;
  artifacts: ArtifactStore;
  log: JobLog;
  /** Puts a folder in front of the search path of the steps that follow. */
  addPath: (folder: string) => void;
  /** Runs a command in the sandbox with the step's environment; throws a WorkflowError when it does not end with 0. */
  run: (file: string, args: readonly string[]) => Promise<void>;
}

export interface BuiltInAction {
  /** The keys that `with` may have. */
  inputs: readonly string[];
  /** Returns the step's outputs; throws a WorkflowError when the step has failed. */
  run(call: ActionCall): Promise<Readonly<Record<string, string>>>;
}
