import type { JobResult } from './actions/types.ts';
import { keepArtifact } from './artifacts.ts';
import type { NewArtifact } from './artifacts.ts';
import type { Base } from './base.ts';
import { keepLog } from './run-logs.ts';
import type { JobRecord, Repository, RunConclusion, RunRecord } from './state.ts';
import { workflowRunEvent } from './webhooks/payloads.ts';
import type { Webhooks } from './webhooks/webhooks.ts';

export interface RunEnd {
  conclusion: RunConclusion;
  jobs: JobResult[];
  artifacts: NewArtifact[];
}

/** The three steps of a run's life; each is stored before its webhook leaves. */
export interface RunLifecycle {
  requested(run: RunRecord): Promise<void>;
  started(run: RunRecord): Promise<void>;
  /** False when it has ended already: the first ending counts. */
  completed(run: RunRecord, end: RunEnd): Promise<boolean>;
}

export function repositoryOf(base: Base, run: RunRecord): Repository | undefined {
  return base.store.state.repositories.find((repository) => repository.id === run.repositoryId);
}

export function createRunLifecycle(base: Base, webhooks: Webhooks): RunLifecycle {
  const ending = new Set<number>();

  async function tell(run: RunRecord, action: 'requested' | 'in_progress' | 'completed'): Promise<void> {
    await base.store.commit();
    const repository = repositoryOf(base, run);
    if (repository) webhooks.emit(await workflowRunEvent(base, repository, run, action));
  }

  async function keepJobs(run: RunRecord, jobs: readonly JobResult[]): Promise<JobRecord[]> {
    const records: JobRecord[] = [];
    for (const { log, ...job } of jobs) {
      const id = base.store.nextId('job');
      await keepLog(base, run.id, id, log);
      records.push({ ...job, id });
    }
    return records;
  }

  return {
    requested: (run) => tell(run, 'requested'),
    async started(run) {
      const now = new Date().toISOString();
      Object.assign(run, { status: 'in_progress', startedAt: now, updatedAt: now });
      await tell(run, 'in_progress');
    },
    async completed(run, { conclusion, jobs, artifacts }) {
      const isGone = !base.store.state.runs.includes(run); // deleted while its executor was still ending
      if (isGone || run.status === 'completed' || ending.has(run.id)) return false;
      ending.add(run.id);
      try {
        const records = await keepJobs(run, jobs);
        for (const artifact of artifacts) await keepArtifact(base, run, artifact);
        const updatedAt = new Date().toISOString();
        Object.assign(run, { status: 'completed', conclusion, jobs: records, updatedAt });
        await tell(run, 'completed');
        base.log('run completed', { runId: run.id, conclusion });
        return true;
      } finally {
        ending.delete(run.id);
      }
    },
  };
}
