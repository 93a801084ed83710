import fs from 'node:fs/promises';
import path from 'node:path';
import type { ExecuteWorkflow, JobResult } from './actions/types.ts';
import { accountById } from './accounts.ts';
import type { Base } from './base.ts';
import { fullName } from './links.ts';
import { repositoryOf } from './run-lifecycle.ts';
import type { RunEnd, RunLifecycle } from './run-lifecycle.ts';
import type { Repository, RunRecord } from './state.ts';

export interface RunSettings {
  execute: ExecuteWorkflow;
  /** How many workflow files are executed at the same time. */
  atOnce: number;
  timeLimitMs: number;
}

/** Executes workflow files, a few at a time, in the order in which they came. */
export interface RunQueue {
  add(run: RunRecord): void;
  /** Aborts the run's executor; null when it is not being executed, else a promise of its end. */
  abort(run: RunRecord): Promise<void> | null;
  /** Aborts all executors and waits until they are gone; their runs are left as they are. */
  close(): Promise<void>;
}

export function createRunQueue(base: Base, lifecycle: RunLifecycle, settings: RunSettings): RunQueue {
  const waiting: RunRecord[] = [];
  const executing = new Map<number, { abort: AbortController; ended: Promise<void> }>();
  let closed = false;

  async function execute(
    run: RunRecord,
    repository: Repository,
    workDir: string,
    signal: AbortSignal,
  ): Promise<RunEnd> {
    const startedAt = new Date().toISOString();
    try {
      const outcome = await settings.execute({
        bareRepo: base.bareDir(repository),
        sha: run.headSha,
        ref: run.headRef,
        repository: fullName(repository),
        actor: accountById(base.store.state, run.actorId)?.login ?? 'unknown',
        runId: run.id,
        runNumber: run.runNumber,
        workflowPath: run.workflowPath,
        inputs: run.inputs,
        workDir,
        cacheDir: base.cacheDir,
        timeLimitMs: settings.timeLimitMs,
        signal,
      });
      if (outcome.runName) run.title = outcome.runName;
      const artifacts = outcome.artifacts.map(({ name, zipPath }) => ({ name, content: { file: zipPath } }));
      return { conclusion: signal.aborted ? 'cancelled' : outcome.conclusion, jobs: outcome.jobs, artifacts };
    } catch (error) {
      const conclusion = signal.aborted ? 'cancelled' : 'failure';
      const log = `${error instanceof Error ? error.message : String(error)}\n`;
      const completedAt = new Date().toISOString();
      const job: JobResult = { name: run.workflowName, conclusion, startedAt, completedAt, steps: [], log };
      return { conclusion, jobs: [job], artifacts: [] };
    }
  }

  async function work(run: RunRecord, repository: Repository, signal: AbortSignal): Promise<void> {
    const workDir = path.join(base.dir, 'work', String(run.id));
    try {
      await lifecycle.started(run);
      await fs.mkdir(workDir, { recursive: true });
      const end: RunEnd = signal.aborted // cancelled between its start and here: nobody would hear of it any more
        ? { conclusion: 'cancelled', jobs: [], artifacts: [] }
        : await execute(run, repository, workDir, signal);
      if (!closed) await lifecycle.completed(run, end);
    } finally {
      await fs.rm(workDir, { recursive: true, force: true });
    }
  }

  function takeUp(): void {
    while (executing.size < settings.atOnce) {
      const run = closed ? undefined : waiting.shift();
      if (!run) return;
      const repository = repositoryOf(base, run);
      if (!repository || run.status !== 'queued') continue;
      const abort = new AbortController();
      const ended = work(run, repository, abort.signal)
        .catch((error: unknown) => base.log('a run could not be executed', { runId: run.id, error: String(error) }))
        .finally(() => {
          executing.delete(run.id);
          takeUp();
        });
      executing.set(run.id, { abort, ended });
    }
  }

  return {
    add(run) {
      waiting.push(run);
      takeUp();
    },
    abort(run) {
      const running = executing.get(run.id);
      running?.abort.abort();
      return running?.ended ?? null;
    },
    async close() {
      closed = true;
      for (const { abort } of executing.values()) abort.abort();
      await Promise.all([...executing.values()].map(({ ended }) => ended));
    },
  };
}
