// The names here are the wire types that the contracts start.
export { githubReconciliationWorkflow as githubReconciliation } from './github/reconciliation.workflow.ts';
export { candidateSessionWorkflow as candidateSession } from './hiring/candidate-session.workflow.ts';
export { templateHealthWorkflow as templateHealth } from './hiring/template-health.workflow.ts';
export { emailWorkflow as email } from './mail/email.workflow.ts';
export { testRunWorkflow as testRun } from './workspaces/test-run.workflow.ts';
export { workspaceCleanupWorkflow as workspaceCleanup } from './workspaces/workspace-cleanup.workflow.ts';
export { workspaceWorkflow as workspace } from './workspaces/workspace.workflow.ts';
