import { artifactLimits, ArtifactError, readFirst } from '../../adapters/artifacts/index.ts';
import { AppError } from '../../core/errors.ts';
import { systemActor } from '../../domain/identity/actor.ts';
import { summarizeDiff, type DiffSummary } from '../../domain/workspaces/diff-summary.ts';
import type { ArtifactVerdict } from '../../domain/workspaces/test-results.ts';
import type { FinishedRun, RunStatus } from '../../domain/workspaces/test-run.ts';
import { loadRun, recordFinished, recordRunFailed, type RunAtWork } from '../../services/workspaces/run-records.ts';
import type { RunInput } from './dispatch.ts';
import { attemptOf, notYet, type WorkspaceParts } from './parts.ts';

const COMPONENT = 'workflow:test-run';
const FIRST_LOOK_MS = 1_000;
const LAST_LOOK_MS = 5_000;
/** After that, what can be had of a finished run is stored without what cannot. */
const TRIES = 8;

/** Waiting for a run, and storing what it found. */
export function collectActivities({ units, forge, owners }: WorkspaceParts) {
  const load = ({ orgId, runId }: RunInput): Promise<RunAtWork> =>
    units.read(systemActor(orgId, COMPONENT), () => loadRun(runId));

  return {
    /** @throws {ApplicationFailure} RUN_NOT_FINISHED, to be asked again */
    checkRun: async ({ githubRunId, ...input }: RunInput & { readonly githubRunId: string }): Promise<FinishedRun> => {
      const { workspace } = await load(input);
      return finishedRun(workspace.repoFullName, githubRunId);
    },

    /** Reads artifacts and diff and stores them; the webhook is a hint, so GitHub is asked how the run ended. */
    collectAndStore: async ({
      finished,
      ...input
    }: RunInput & { readonly finished: FinishedRun }): Promise<{ status: RunStatus }> => {
      const facts = await load(input);
      const { run, workspace } = facts;
      if (run.status !== 'running') return { status: run.status };
      if (run.githubRunId !== finished.githubRunId) {
        throw new AppError('CONFLICT', `Test run ${run.id} is not GitHub's run ${finished.githubRunId}`);
      }
      const confirmed = await finishedRun(workspace.repoFullName, finished.githubRunId);
      const verdict = await readArtifacts(workspace.repoFullName, finished.githubRunId);
      const diff = run.purpose === 'submission' ? await diffOf(facts, confirmed.headSha) : noDiff;
      const status = await units.write(systemActor(input.orgId, COMPONENT), (uow) =>
        recordFinished(uow, owners, { runId: run.id, finished: confirmed, verdict, ...diff }),
      );
      return { status };
    },

    recordRunFailure: ({
      orgId,
      ...failure
    }: RunInput & { readonly reason: string; readonly errorCode: string }): Promise<void> => {
      return units.write(systemActor(orgId, COMPONENT), (uow) => recordRunFailed(uow, owners, failure));
    },
  };

  async function finishedRun(repo: string, githubRunId: string): Promise<FinishedRun> {
    const { status, conclusion, headSha } = await forge.getRun(repo, githubRunId);
    if (status === 'completed' && conclusion !== null) return { githubRunId, conclusion, headSha };
    const delayMs = Math.min(FIRST_LOOK_MS * attemptOf(), LAST_LOOK_MS);
    throw notYet('RUN_NOT_FINISHED', `GitHub says ${status}`, delayMs);
  }

  async function readArtifacts(repo: string, githubRunId: string): Promise<ArtifactVerdict> {
    let outage: AppError | undefined;
    const verdict = await readFirst(await forge.listArtifacts(repo, githubRunId), async ({ id, sizeBytes }) => {
      if (sizeBytes > artifactLimits.zipBytes) {
        throw new ArtifactError('artifact_too_large', 'The artifact is too large to be read.');
      }
      try {
        return await forge.downloadArtifact(repo, id, artifactLimits.zipBytes);
      } catch (error) {
        if (error instanceof AppError && error.retryable) outage = error;
        throw error;
      }
    });
    const cutOff = verdict.kind === 'unreadable' && verdict.errorCode === 'download_failed';
    if (cutOff && outage && attemptOf() < TRIES) throw outage;
    return verdict;
  }

  async function diffOf({ workspace }: RunAtWork, head: string): Promise<Diff> {
    const base = workspace.baseTemplateSha ?? workspace.defaultBranch ?? 'main';
    try {
      const reply = await forge.compare(workspace.repoFullName, base, head);
      return { diffSummary: summarizeDiff(reply, { base, head }), diffErrorCode: null };
    } catch (error) {
      if (!(error instanceof AppError) || (error.retryable && attemptOf() < TRIES)) throw error;
      return { diffSummary: null, diffErrorCode: error.code };
    }
  }
}

interface Diff {
  readonly diffSummary: DiffSummary | null;
  readonly diffErrorCode: string | null;
}

const noDiff: Diff = { diffSummary: null, diffErrorCode: null };
