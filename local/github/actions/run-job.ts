import { randomUUID } from 'node:crypto';
import { mkdir, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Status } from './expressions/evaluate.ts';
import { fillIn, fillInValue, isMet } from './expressions/template.ts';
import type { Value } from './expressions/value.ts';
import { removeFolder } from './folders.ts';
import { readJob } from './job-file.ts';
import type { Job, Step } from './job-file.ts';
import type { Ending, JobRun, RunContext } from './job-run.ts';
import { jobScope, setUpJob } from './job-setup.ts';
import type { JobSurroundings } from './job-setup.ts';
import { withTimeLimit } from './job-time.ts';
import type { JobTime } from './job-time.ts';
import { endLeftovers } from './leftovers.ts';
import { createJobLog } from './log.ts';
import type { JobLog } from './log.ts';
import { runStep, stepScope } from './run-step.ts';
import { openSandbox } from './sandbox/sandbox.ts';
import type { JobResult, StepResult } from './types.ts';
import type { JobEntry } from './workflow-file.ts';

const SET_UP = 'Set up job';

/** Runs one job in its own folder and sandbox, both gone at the end. Whatever is wrong with it is in its result. */
export async function runJob(entry: JobEntry, around: JobSurroundings, run: RunContext): Promise<JobResult> {
  const startedAt = now();
  const log = createJobLog();
  const steps: StepResult[] = [];
  let name = entry.id;
  let conclusion: JobResult['conclusion'];
  try {
    const job = readJob(entry);
    const scope = jobScope(run, around, entry.id);
    if (job.name !== null) name = fillIn(job.name, scope);
    // Whoever cancels a run wants it to end now: not even `always()` starts another job.
    if (run.request.signal.aborted) conclusion = 'cancelled';
    else conclusion = isMet(job.condition, scope) ? await runSteps(job, around, run, log, steps) : 'skipped';
  } catch (error) {
    log.error(messageOf(error));
    conclusion = run.request.signal.aborted ? 'cancelled' : 'failure';
    if (steps.length === 0) steps.push(finished(SET_UP, 1, startedAt, 'failure'));
  }
  return { name, conclusion, startedAt, completedAt: now(), steps, log: log.text() };
}

/** A job that could not even be read. */
export function failedJob(name: string, message: string): JobResult {
  const at = now();
  const log = createJobLog();
  log.error(message);
  const steps = [finished(SET_UP, 1, at, 'failure')];
  return { name, conclusion: 'failure', startedAt: at, completedAt: at, steps, log: log.text() };
}

async function runSteps(
  job: Job,
  around: JobSurroundings,
  run: RunContext,
  log: JobLog,
  results: StepResult[],
): Promise<Ending> {
  const startedAt = now();
  const timeLimitMs = Math.max(0, Math.min(job.timeLimitMs, run.endsAtMs - Date.now()));
  const { workDir, bareRepo } = run.request;
  const folder = join(await realpath(workDir), `job-${job.id}`);
  await mkdir(folder);
  try {
    const place = {
      folder,
      sandbox: await openSandbox({ place: folder, hidden: [workDir, bareRepo].map((path) => dirname(path)) }),
      trackingId: `tenon_${randomUUID()}`,
      log,
    };
    return await withTimeLimit(timeLimitMs, run.request.signal, async (time) => {
      const jobRun = await setUpJob(job, around, run, place);
      results.push(finished(SET_UP, 1, startedAt, 'success'));
      return playSteps(jobRun, results, time);
    });
  } finally {
    await removeFolder(folder);
  }
}

async function playSteps(jobRun: JobRun, results: StepResult[], time: JobTime): Promise<Ending> {
  const { signal: cancelled } = jobRun.run.request;
  let status: Status = 'success';
  let cleanUp: AbortSignal | undefined;
  for (const step of jobRun.job.steps) {
    const startedAt = now();
    if (time.limit.aborted && status !== 'cancelled') {
      status = 'cancelled';
      if (!cancelled.aborted) jobRun.log.error('The job has run out of time.');
      // What a job has made in its time may still be kept.
      cleanUp = time.cleanUp();
    }
    const record = await playStep(jobRun, step, status, cleanUp ?? time.limit);
    // What a step has left running could change files under our hands. A sandbox has ended it already.
    await endLeftovers(jobRun.trackingId);
    if (step.id !== null) jobRun.steps.set(step.id, record.facts);
    results.push(finished(record.name, results.length + 1, startedAt, record.conclusion));
    if (record.conclusion === 'failure' && status === 'success') status = 'failure';
  }
  if (cancelled.aborted) return 'cancelled';
  if (time.limit.aborted) return 'timed_out';
  return status === 'success' ? 'success' : 'failure';
}

interface StepRecord {
  name: string;
  conclusion: StepResult['conclusion'];
  /** What the `steps` context says about it. */
  facts: Readonly<Record<string, Value>>;
}

async function playStep(jobRun: JobRun, step: Step, status: Status, signal: AbortSignal): Promise<StepRecord> {
  const { signal: cancelled } = jobRun.run.request;
  const record = (outcome: StepResult['conclusion'], conclusion = outcome, outputs: Record<string, string> = {}) => ({
    name: fillIn(step.name, stepScope(jobRun, status)),
    conclusion,
    facts: { outcome, conclusion, outputs },
  });
  try {
    if (cancelled.aborted || !isMet(step.condition, stepScope(jobRun, status))) return record('skipped');
    const { isSuccess, outputs } = await runStep(jobRun, step, status, signal);
    if (isSuccess) return record('success', 'success', outputs);
    if (signal.aborted) return record('cancelled');
    return record('failure', mayFail(jobRun, step, status) ? 'success' : 'failure', outputs);
  } catch (error) {
    jobRun.log.error(messageOf(error));
    return { ...record('failure'), name: 'Step' };
  }
}

function mayFail(jobRun: JobRun, step: Step, status: Status): boolean {
  const value = fillInValue(step.continueOnError, stepScope(jobRun, status));
  return value === true || value === 'true';
}

function finished(name: string, number: number, startedAt: string, conclusion: StepResult['conclusion']): StepResult {
  const status = conclusion === 'skipped' ? 'skipped' : 'completed';
  return { name, number, status, conclusion, startedAt, completedAt: now() };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'The job could not be run.';
}

function now(): string {
  return new Date().toISOString();
}
