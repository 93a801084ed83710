import fs from 'node:fs/promises';
import path from 'node:path';
import { artifactFile } from './artifacts.ts';
import type { NewArtifact } from './artifacts.ts';
import type { Base } from './base.ts';
import { createForcedRuns } from './forced-runs.ts';
import type { ForcedRun, ForcedRuns } from './forced-runs.ts';
import { fullName } from './links.ts';
import { createRunLifecycle } from './run-lifecycle.ts';
import { removeLogs } from './run-logs.ts';
import { createRunQueue } from './run-queue.ts';
import type { RunSettings } from './run-queue.ts';
import type { Repository, RunConclusion, RunRecord } from './state.ts';
import type { Webhooks } from './webhooks/webhooks.ts';

export interface NewRun {
  repository: Repository;
  workflowId: number;
  workflowName: string;
  workflowPath: string;
  title: string;
  headBranch: string;
  headRef: string;
  headSha: string;
  inputs: Record<string, string>;
  actorId: number;
}

export interface Runs {
  readonly forced: ForcedRuns;
  /** Creates a queued run; nothing happens to it before `begin`. The caller commits the state. */
  create(wanted: NewRun): RunRecord;
  begin(run: RunRecord): void;
  /** False when it has already ended. */
  cancel(run: RunRecord): Promise<boolean>;
  /** Ends a run from outside; false when it has already ended. */
  finish(run: RunRecord, conclusion: RunConclusion, artifacts: NewArtifact[]): Promise<boolean>;
  remove(run: RunRecord): Promise<void>;
  /** Ends what ran when the last process died and takes up what was queued. */
  recover(): Promise<void>;
  /** Stops all executors; their runs stay as they are, for `recover` at the next start. */
  close(): Promise<void>;
}

export function createRuns(base: Base, webhooks: Webhooks, settings: RunSettings): Runs {
  const { store } = base;
  const lifecycle = createRunLifecycle(base, webhooks);
  const queue = createRunQueue(base, lifecycle, settings);
  const forced = createForcedRuns();
  const forcedById = new Map<number, ForcedRun>();
  const timers = new Map<number, NodeJS.Timeout>();
  const steps = new Set<Promise<unknown>>();
  let closed = false;

  /** Work behind a reply: its failure is logged, `close` waits for it. */
  function inBackground(work: Promise<unknown>): void {
    const step: Promise<unknown> = work
      .catch((error: unknown) => base.log('a run could not go on', { error: String(error) }))
      .finally(() => steps.delete(step));
    steps.add(step);
  }

  async function play(run: RunRecord, { conclusion, artifacts, afterMs, leaveInProgress }: ForcedRun): Promise<void> {
    await lifecycle.started(run);
    if (leaveInProgress || closed) return;
    const end = (): Promise<boolean> => lifecycle.completed(run, { conclusion, jobs: [], artifacts });
    if (afterMs === 0) {
      await end();
      return;
    }
    const timer = setTimeout(() => {
      timers.delete(run.id);
      inBackground(end());
    }, afterMs);
    timers.set(run.id, timer);
  }

  async function begin(run: RunRecord): Promise<void> {
    const how = forcedById.get(run.id);
    forcedById.delete(run.id);
    await lifecycle.requested(run);
    if (run.status !== 'queued' || closed) return;
    if (how) await play(run, how);
    else queue.add(run);
  }

  async function finish(run: RunRecord, conclusion: RunConclusion, artifacts: NewArtifact[]): Promise<boolean> {
    clearTimeout(timers.get(run.id));
    timers.delete(run.id);
    const ended = await lifecycle.completed(run, { conclusion, jobs: [], artifacts });
    await queue.abort(run);
    return ended;
  }

  return {
    forced,
    create({ repository, ...wanted }) {
      const now = new Date().toISOString();
      const workflow = String(wanted.workflowId);
      const runNumber = (repository.lastRunNumbers[workflow] ?? 0) + 1;
      repository.lastRunNumbers[workflow] = runNumber;
      const run: RunRecord = {
        ...wanted,
        id: store.nextId('run'),
        repositoryId: repository.id,
        runNumber,
        event: 'workflow_dispatch',
        status: 'queued',
        conclusion: null,
        createdAt: now,
        startedAt: now,
        updatedAt: now,
        jobs: [],
      };
      store.state.runs.push(run);
      const how = forced.take(fullName(repository));
      if (how) forcedById.set(run.id, how);
      return run;
    },
    begin: (run) => inBackground(begin(run)),
    async cancel(run) {
      if (run.status === 'completed') return false;
      if (!queue.abort(run)) await finish(run, 'cancelled', []);
      return true;
    },
    finish,
    async remove(run) {
      const { state } = store;
      const artifacts = state.artifacts.filter((artifact) => artifact.runId === run.id);
      state.runs = state.runs.filter((other) => other.id !== run.id);
      state.artifacts = state.artifacts.filter((artifact) => artifact.runId !== run.id);
      await Promise.all(artifacts.map(({ id }) => fs.rm(artifactFile(base, id), { force: true })));
      await removeLogs(base, run.id);
    },
    async recover() {
      await fs.rm(path.join(base.dir, 'work'), { recursive: true, force: true });
      for (const run of store.state.runs.filter(({ status }) => status !== 'completed')) {
        if (run.status === 'queued') queue.add(run);
        else await lifecycle.completed(run, { conclusion: 'cancelled', jobs: [], artifacts: [] });
      }
    },
    async close() {
      closed = true;
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
      await queue.close();
      while (steps.size > 0) await Promise.all(steps);
    },
  };
}
