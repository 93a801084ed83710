import type { WorkflowMessage } from '../../core/outbox.ts';
import type { UnitsOfWork } from '../../core/unit-of-work.ts';
import { systemActor } from '../../domain/identity/actor.ts';
import type { DiffSummary } from '../../domain/workspaces/diff-summary.ts';
import { completeRunSubmission, settleFailedRun, storeRunSubmission } from '../../services/hiring/run-submissions.ts';
import {
  recordDispatched,
  recordFinished,
  recordRunFailed,
  type RunOutcome,
  type RunOwners,
} from '../../services/workspaces/run-records.ts';
import type { TestRunInput } from '../../workflows/workspaces/test-run.contract.ts';

const owners: RunOwners = {
  submission: { dispatched: storeRunSubmission, finished: completeRunSubmission, failed: settleFailedRun },
};

/** What a test run's workflow does to our rows, without GitHub and Temporal; each step is one unit of work. */
export interface RunPlayer {
  /** GitHub has taken the run. */
  dispatch(): Promise<void>;
  /** It has ended, and its artifact was read: three passed and one was skipped, if nothing else is said. */
  finish(outcome?: Partial<Omit<RunOutcome, 'runId'>>): Promise<void>;
  fail(errorCode: string): Promise<void>;
}

let counted = 7_000_000;

/** Plays the run that `message` starts; `undefined` for a message of another kind. */
export function playerOf(units: UnitsOfWork, { start }: WorkflowMessage): RunPlayer | undefined {
  if (start.type !== 'testRun') return undefined;
  const { orgId, runId } = start.input as TestRunInput;
  const actor = systemActor(orgId, 'workflow:test-run');
  const githubRunId = String((counted += 1));
  return {
    dispatch: () => units.write(actor, (uow) => recordDispatched(uow, owners, { runId, githubRunId })),
    async finish(outcome = {}) {
      await units.write(actor, (uow) =>
        recordFinished(uow, owners, {
          runId,
          finished: { githubRunId, conclusion: 'success', headSha: 'c'.repeat(40) },
          verdict: passing,
          diffSummary: someDiff,
          diffErrorCode: null,
          ...outcome,
        }),
      );
    },
    fail: (errorCode) =>
      units.write(actor, (uow) => recordRunFailed(uow, owners, { runId, errorCode, reason: 'a test said so' })),
  };
}

const passing: RunOutcome['verdict'] = {
  kind: 'parsed',
  artifactName: 'tenon-test-results',
  results: { passed: 3, failed: 0, skipped: 1, total: 4, stdout: 'ok', stderr: '', summary: null, format: 'tenon' },
};

/** One changed file between the template and the run's commit. */
export const someDiff: DiffSummary = {
  ahead_by: 1,
  behind_by: 0,
  total_commits: 1,
  base: 'b'.repeat(40),
  head: 'c'.repeat(40),
  files: [{ filename: 'src/a.ts', status: 'modified', additions: 2, deletions: 1, changes: 3, patch: '@@ -1 +1,2 @@' }],
  truncated: false,
};
