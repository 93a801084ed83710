import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { artifactLimits, ArtifactError, readFileInArtifact } from '../../adapters/artifacts/index.ts';
import { AppError } from '../../core/errors.ts';
import {
  resultsArtifactOf,
  strictCounts,
  type ProbedRun,
  type TemplateError,
} from '../../domain/hiring/template-health.ts';
import { attemptOf, notYet } from '../workspaces/parts.ts';
import type { TemplateParts } from './parts.ts';

const FIRST_LOOK_MS = 2_000;
const GROWTH = 1.5;
const LAST_LOOK_MS = 8_000;
/** A run that GitHub has taken is listed within seconds. */
const LOOKS = 10;
const LOOK_AGAIN_MS = 1_000;
/** For a last look before the time is up. */
const SPARE_MS = 1_000;

export interface TemplateDispatch {
  readonly repo: string;
  readonly branch: string;
  readonly workflowFile: string;
  /** Unique to this run: whoever tries again finds it by that. */
  readonly marker: string;
}

export interface TemplateRun {
  readonly repo: string;
  readonly githubRunId: string;
}

/** A run of a template's tests: start, look, read. */
export function templateRunActivities({ forge }: TemplateParts) {
  const listed = async (repo: string, marker: string): Promise<string | undefined> =>
    (await forge.findRunByMarker(repo, marker))?.id;

  return {
    /** A try that follows another looks first. A template whose runs do not carry the marker may be started twice: harmless. */
    dispatchTemplate: async ({ repo, branch, workflowFile, marker }: TemplateDispatch): Promise<TemplateRun> => {
      const before = attemptOf() > 1 ? await listed(repo, marker) : undefined;
      if (before !== undefined) return { repo, githubRunId: before };
      const inputs = { tenon_run: marker, tenon_day: '' };
      const wanted = { repo, workflowFile, ref: branch, inputs, optionalInputs: Object.keys(inputs) };
      const taken = await forge.dispatchWorkflow(wanted).catch((error: unknown) => {
        if (!(error instanceof AppError) || error.code === 'GITHUB_CALL_NOT_SENT') throw error;
        throw ApplicationFailure.nonRetryable(error.message, error.code); // an answer: an administrator waits for it
      });
      const githubRunId = taken.githubRunId ?? (await listed(repo, marker));
      if (githubRunId !== undefined) return { repo, githubRunId };
      if (attemptOf() > LOOKS) throw new AppError('GITHUB_REQUEST_REFUSED');
      throw notYet('RUN_NOT_LISTED', 'GitHub has taken the run and does not list it yet', LOOK_AGAIN_MS);
    },

    /** @throws {ApplicationFailure} RUN_NOT_FINISHED, to be asked again */
    checkTemplateRun: async ({ repo, githubRunId }: TemplateRun): Promise<{ readonly conclusion: string }> => {
      const { status, conclusion } = await forge.getRun(repo, githubRunId);
      if (status === 'completed' && conclusion !== null) return { conclusion };
      throw notYet('RUN_NOT_FINISHED', `GitHub says ${status}`, nextLookMs());
    },

    readTemplateResults: async ({
      repo,
      githubRunId,
    }: TemplateRun): Promise<Pick<ProbedRun, 'artifactName' | 'counts' | 'errors'>> => {
      const { artifact, name, error } = resultsArtifactOf(await forge.listArtifacts(repo, githubRunId));
      const told = (errors: TemplateError[], counts: ProbedRun['counts'] = null) => ({
        artifactName: name,
        counts,
        errors,
      });
      if (!artifact) return told(error ? [error] : []);
      try {
        const zip = await forge.downloadArtifact(repo, artifact.id, artifactLimits.zipBytes);
        const file = await readFileInArtifact(zip, 'tenon-test-results.json');
        if (file === undefined) return told(['artifact_zip_missing_test_results_json']);
        const counts = strictCounts(file);
        return counts ? told([], counts) : told(['test_results_json_invalid_schema']);
      } catch (thrown) {
        if (!(thrown instanceof ArtifactError)) throw thrown;
        const isJson = thrown.code.startsWith('json_');
        return told([isJson ? 'test_results_json_invalid_schema' : 'artifact_zip_missing_test_results_json']);
      }
    },
  };
}

/** Ever longer, and once more shortly before the time is up. */
function nextLookMs(): number {
  const { scheduledTimestampMs, scheduleToCloseTimeoutMs } = activityInfo();
  const delayMs = Math.min(FIRST_LOOK_MS * GROWTH ** (attemptOf() - 1), LAST_LOOK_MS);
  const leftMs = scheduledTimestampMs + scheduleToCloseTimeoutMs - Date.now() - SPARE_MS;
  return scheduleToCloseTimeoutMs > 0 && leftMs > 0 ? Math.min(delayMs, leftMs) : delayMs;
}
