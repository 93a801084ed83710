import Joi from 'joi';
import { hasEnded, pollAfterMs, type RunStatus } from '../../domain/workspaces/test-run.ts';
import type { TestRun } from '../../models/test-run.ts';
import type { Links } from '../links.ts';

export interface RunResult {
  readonly status: Exclude<RunStatus, 'queued'>;
  readonly passed: number | null;
  readonly failed: number | null;
  /** Counted in neither of the two. */
  readonly skipped: number | null;
  readonly total: number | null;
  readonly stdout: string | null;
  readonly stderr: string | null;
  readonly timeout: boolean;
  /** GitHub's id of the run. */
  readonly runId: number;
  /** GitHub's; null for a green workflow whose tests did not pass. */
  readonly conclusion: string | null;
  readonly workflowUrl: string;
  readonly commitSha: string | null;
  /** Why there is no result, where Tenon knows. */
  readonly errorCode: string | null;
  /** Only while the run is under way. */
  readonly pollAfterMs?: number;
}

const count = Joi.number().integer().allow(null);
const output = Joi.string().allow('', null);

export const runResult = Joi.object<RunResult, true>({
  status: Joi.string().valid('running', 'passed', 'failed', 'error'),
  passed: count,
  failed: count,
  skipped: count,
  total: count,
  stdout: output,
  stderr: output,
  timeout: Joi.boolean(),
  runId: Joi.number().integer(),
  conclusion: Joi.string().allow(null),
  workflowUrl: Joi.string().uri(),
  commitSha: Joi.string().allow(null),
  errorCode: Joi.string().allow(null),
  pollAfterMs: Joi.number().integer().optional(),
});

/** A run that GitHub has taken, as candidates see it. @throws when it has no id at GitHub yet */
export function presentRunResult(run: TestRun, repoFullName: string, links: Links): RunResult {
  if (run.githubRunId === null) throw new Error(`test run ${run.id} has no id at GitHub to show`);
  const ended = hasEnded(run.status);
  return {
    status: run.status === 'queued' ? 'running' : run.status,
    passed: run.passed,
    failed: run.failed,
    skipped: run.skipped,
    total: run.total,
    stdout: run.stdout,
    stderr: run.stderr,
    timeout: run.timeout,
    runId: Number(run.githubRunId),
    conclusion: shownConclusion(run),
    workflowUrl: links.run(repoFullName, run.githubRunId),
    commitSha: run.headSha,
    errorCode: run.errorCode,
    ...(!ended && { pollAfterMs: pollAfterMs(Date.now() - run.requestedAt.getTime()) }),
  };
}

/** The described web client looks at the conclusion before the status: what is not `passed` must not look green to it. */
function shownConclusion({ status, conclusion }: TestRun): string | null {
  return conclusion === 'success' && status !== 'passed' ? null : conclusion;
}
