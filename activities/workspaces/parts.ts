import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { GithubForge } from '../../adapters/github/index.ts';
import type { Logger } from '../../core/logger.ts';
import type { UnitsOfWork } from '../../core/unit-of-work.ts';
import type { RunOwners } from '../../services/workspaces/run-records.ts';
import type { GithubTurns } from './turn.ts';

/** Who acts when a workspace's workflow does. */
export const COMPONENT = 'workflow:workspace';

export interface WorkspaceParts {
  readonly units: UnitsOfWork;
  readonly forge: GithubForge;
  /** Every content write to GitHub waits for its turn here. */
  readonly turns: GithubTurns;
  /** Who else must know what becomes of a run. */
  readonly owners: RunOwners;
  readonly settings: { readonly github: { readonly workflowFile: string } };
  readonly log: Logger;
}

/** "Not yet": Temporal asks again after `delayMs`, and nothing waits meanwhile. */
export function notYet(type: string, message: string, delayMs: number): ApplicationFailure {
  return ApplicationFailure.create({ type, message, nonRetryable: false, nextRetryDelay: delayMs });
}

/** Which try of this activity runs, from 1. */
export function attemptOf(): number {
  return activityInfo().attempt;
}
