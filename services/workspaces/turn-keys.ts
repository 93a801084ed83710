/** The turn in which a workspace's repository is made. */
export function generateKey(workspaceId: string): string {
  return `generate/${workspaceId}`;
}

/** The turn in which GitHub is asked to start a run. */
export function dispatchKey(runId: string): string {
  return `dispatch/${runId}`;
}
