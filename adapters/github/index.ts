import { assertOutsideUnitOfWork } from '../../core/database.ts';
import { AppError, messageOf } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import { githubClient } from './client.ts';
import { dispatchCall } from './dispatch.ts';
import { downloadCall } from './download.ts';
import { githubError } from './errors.ts';
import type { GithubForge } from './forge.ts';
import { repositoryCalls } from './repositories.ts';
import { runCalls } from './runs.ts';

export type { GithubForge } from './forge.ts';

export interface ForgeSettings {
  readonly apiBase: string;
  readonly token: string;
}

export interface ForgeLimits {
  /** For one call with its retries. */
  readonly callMs: number;
  /** For an artifact's bytes. */
  readonly downloadMs: number;
}

const usualLimits: ForgeLimits = { callMs: 8_000, downloadMs: 20_000 };

/** GitHub behind Octokit; the only place that holds the token. */
export function githubForge(
  { apiBase, token }: ForgeSettings,
  log: Logger,
  { callMs, downloadMs }: ForgeLimits = usualLimits,
): GithubForge {
  const client = githubClient({ apiBase, token, timeoutMs: callMs });

  /** Refuses to run while a transaction is open, and lets nothing out but errors of ours. */
  function exposed<A extends readonly unknown[], T>(call: string, work: (...given: A) => Promise<T>) {
    return async (...given: A): Promise<T> => {
      assertOutsideUnitOfWork(`GitHub ${call}`);
      try {
        return await work(...given);
      } catch (error) {
        const mapped = githubError(error, call);
        if (mapped instanceof AppError)
          log.warn({ code: mapped.code, reason: messageOf(mapped.cause ?? mapped) }, 'GitHub call failed');
        throw mapped;
      }
    };
  }

  const repositories = repositoryCalls(client);
  const runs = runCalls(client);
  return {
    getRepository: exposed('getRepository', repositories.getRepository),
    generateFromTemplate: exposed('generateFromTemplate', repositories.generateFromTemplate),
    archiveRepository: exposed('archiveRepository', repositories.archiveRepository),
    getBranchHead: exposed('getBranchHead', repositories.getBranchHead),
    sameTree: exposed('sameTree', repositories.sameTree),
    addCollaborator: exposed('addCollaborator', repositories.addCollaborator),
    removeCollaborator: exposed('removeCollaborator', repositories.removeCollaborator),
    compare: exposed('compare', repositories.compare),
    hasWorkflowFile: exposed('hasWorkflowFile', runs.hasWorkflowFile),
    workflowIsDispatchable: exposed('workflowIsDispatchable', runs.workflowIsDispatchable),
    findRunByMarker: exposed('findRunByMarker', runs.findRunByMarker),
    getRun: exposed('getRun', runs.getRun),
    listArtifacts: exposed('listArtifacts', runs.listArtifacts),
    dispatchWorkflow: exposed('dispatchWorkflow', dispatchCall(client, { timeoutMs: callMs }).dispatchWorkflow),
    downloadArtifact: exposed(
      'downloadArtifact',
      downloadCall(client, { apiBase, timeoutMs: downloadMs }).downloadArtifact,
    ),
  };
}
