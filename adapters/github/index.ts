import type { Logger } from '../../core/logger.ts';
import type { GithubCredentials } from '../../core/settings/github.ts';
import { appAuth, type AppAuthLimits } from './app-auth.ts';
import { githubClient } from './client.ts';
import { dispatchCall } from './dispatch.ts';
import { downloadCall } from './download.ts';
import type { GithubForge } from './forge.ts';
import { outwardCalls } from './outward-call.ts';
import { repositoryCalls } from './repositories.ts';
import { runCalls } from './runs.ts';

export type { GithubForge } from './forge.ts';

export type ForgeSettings = { readonly apiBase: string } & GithubCredentials;

export interface ForgeLimits extends AppAuthLimits {
  /** For one call with its retries. */
  readonly callMs: number;
  /** For an artifact's bytes. */
  readonly downloadMs: number;
}

export interface ForgeOptions extends Partial<ForgeLimits> {
  /** Told for how many seconds GitHub wants nothing more, before the caller hears of it. It must not throw. */
  readonly onRateLimited?: (seconds: number) => Promise<void>;
}

/** A forge that holds tokens of its own making. */
export interface OpenForge extends GithubForge {
  /** Gives them back; bounded in time, and a failure is harmless. */
  close(): Promise<void>;
}

const usualLimits = { callMs: 8_000, downloadMs: 20_000 };

/**
 * GitHub behind Octokit, with a plain token or as an app; the only place that holds either. What GitHub lets us write is kept by who
 * calls it.
 */
export function githubForge(
  { apiBase, token, app }: ForgeSettings,
  log: Logger,
  { onRateLimited, ...limits }: ForgeOptions = {},
): OpenForge {
  const { callMs, downloadMs } = { ...usualLimits, ...limits };
  const appTokens = app && appAuth(app, { apiBase, timeoutMs: callMs }, log, limits);
  const client = githubClient({ apiBase, auth: appTokens?.authenticate ?? token ?? '', timeoutMs: callMs });
  const dispatching = dispatchCall(client, { timeoutMs: callMs });

  const asked = outwardCalls(log, onRateLimited);
  const exposed =
    <A extends readonly unknown[], T>(call: string, work: (...given: A) => Promise<T>) =>
    (...given: A): Promise<T> =>
      asked(call, () => work(...given));

  const repositories = repositoryCalls(client);
  const runs = runCalls(client);
  return {
    getRepository: exposed('getRepository', repositories.getRepository),
    generateFromTemplate: exposed('generateFromTemplate', repositories.generateFromTemplate),
    archiveRepository: exposed('archiveRepository', repositories.archiveRepository),
    unarchiveRepository: exposed('unarchiveRepository', repositories.unarchiveRepository),
    deleteRepository: exposed('deleteRepository', repositories.deleteRepository),
    protectBranch: exposed('protectBranch', repositories.protectBranch),
    getBranchHead: exposed('getBranchHead', repositories.getBranchHead),
    sameTree: exposed('sameTree', repositories.sameTree),
    administers: exposed('administers', repositories.administers),
    addCollaborator: exposed('addCollaborator', repositories.addCollaborator),
    removeCollaborator: exposed('removeCollaborator', repositories.removeCollaborator),
    compare: exposed('compare', repositories.compare),
    readTextFile: exposed('readTextFile', repositories.readTextFile),
    hasWorkflowFile: exposed('hasWorkflowFile', runs.hasWorkflowFile),
    workflowIsDispatchable: exposed('workflowIsDispatchable', runs.workflowIsDispatchable),
    findRunByMarker: exposed('findRunByMarker', runs.findRunByMarker),
    getRun: exposed('getRun', runs.getRun),
    listArtifacts: exposed('listArtifacts', runs.listArtifacts),
    dispatchWorkflow: exposed('dispatchWorkflow', dispatching.dispatchWorkflow),
    downloadArtifact: exposed(
      'downloadArtifact',
      downloadCall(client, { apiBase, timeoutMs: downloadMs }).downloadArtifact,
    ),
    close: async () => appTokens?.close(),
  };
}
