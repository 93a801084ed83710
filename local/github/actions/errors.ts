/** Something in a workflow file that cannot be run here. The message names it and goes into the job's log. */
export class WorkflowError extends Error {
  override name = 'WorkflowError';
}
