import { taskQueues } from '../queues.contract.ts';

export interface WorkspaceInput {
  readonly orgId: string;
  readonly workspaceId: string;
  readonly generation: number;
}

/** `not_needed`: the row was settled already, or lives on in another generation. `closed`: its session is over. */
export interface WorkspaceResult {
  readonly status: 'ready' | 'closed' | 'not_needed';
}

export type WorkspacePhase =
  'starting' | 'making_repository' | 'waiting_until_ready' | 'granting_access' | 'closing' | 'settled';

/** Answers with a `WorkspacePhase`. */
export const workspacePhaseQuery = 'phase';

/** One life: makes it so (repository, readiness, access, or its end), adopting whatever is there already. */
export function workspaceStart(input: WorkspaceInput, ref: string) {
  return {
    workflowId: `workspace/${input.workspaceId}/${input.generation}`,
    type: 'workspace',
    taskQueue: taskQueues.github, // beside its activities, which are then started without a hop through the server
    input: { orgId: input.orgId, workspaceId: input.workspaceId, generation: input.generation },
    orgId: input.orgId,
    kind: 'workspace',
    ref,
    summary: `Workspace ${input.workspaceId}: repository, readiness, access, or its end`,
  };
}
