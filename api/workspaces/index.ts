import { initWorkspaceEndpoint } from './init-workspace.ts';
import { readRunEndpoint } from './read-run.ts';
import { readWorkspaceEndpoint } from './read-workspace.ts';
import { runTestsEndpoint } from './run-tests.ts';

/** Repositories that candidates work in, and runs of their tests. */
export const workspaceEndpoints = [
  initWorkspaceEndpoint,
  readWorkspaceEndpoint,
  runTestsEndpoint,
  readRunEndpoint,
] as const;
