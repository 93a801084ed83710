/** Why a run was started: the candidate asked for it, or it belongs to a submission. */
export type RunPurpose = 'run' | 'submission';

/** `queued` until GitHub has taken it, `running` until its result is stored, then how it ended. */
export type RunStatus = 'queued' | 'running' | 'passed' | 'failed' | 'error';

/** Whether a run's result is stored. */
export function hasEnded(status: RunStatus): boolean {
  return status !== 'queued' && status !== 'running';
}

/** What GitHub says of a run that has ended. */
export interface FinishedRun {
  readonly githubRunId: string;
  /** GitHub's conclusion: success, failure, timed_out, cancelled, … */
  readonly conclusion: string;
  readonly headSha: string;
}

const BRANCH = /^[A-Za-z0-9._/-]{1,200}$/;

/** The rule of contracts/hiring.md section 4 for a branch that a candidate names. */
export function isBranchName(name: string): boolean {
  return (
    BRANCH.test(name) && !name.includes('..') && !name.includes('//') && !name.startsWith('/') && !name.endsWith('/')
  );
}

/** Milliseconds until the next look is worth it; grows with the age of the run: 2 s doubling to 15 s. */
export function pollAfterMs(ageMs: number): number {
  const looks = Math.max(0, Math.floor(Math.log2(ageMs / 2_000 + 1)));
  return Math.min(2_000 * 2 ** looks, 15_000);
}
