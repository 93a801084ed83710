/** What a test run reported; text is already cleaned, redacted and capped. `total` is the report's own (JSON) or passed + failed (JUnit). */
export type ParsedTestResults = {
  passed: number;
  failed: number;
  /** Counted in neither passed nor failed. */
  skipped: number;
  total: number;
  stdout: string;
  stderr: string;
  summary: Record<string, unknown> | null;
  /** `tenon`: the preferred file; `json`: another file with the three counts; `junit`: XML. */
  format: 'tenon' | 'json' | 'junit';
};

/** What a run can count at most; columns are 32-bit integers. */
export const largestCount = 10_000_000;

/** Whether each count is one that a run can have. */
export function countsAreSane({ passed, failed, skipped, total }: ParsedTestResults): boolean {
  return [passed, failed, skipped, total].every(
    (count) => Number.isInteger(count) && count >= 0 && count <= largestCount,
  );
}

/** Why no results could be read. Only `download_failed` can be cured by asking again. */
export const artifactErrorCodes = [
  'artifact_missing',
  'artifact_too_large',
  'download_failed',
  'zip_invalid',
  'zip_too_many_entries',
  'zip_too_large',
  'zip_ratio',
  'zip_path',
  'zip_symlink',
  'zip_encrypted',
  'zip_duplicate',
  'results_missing',
  'results_empty',
  'json_invalid',
  'json_too_complex',
  'json_schema',
  'parse_error',
  'xml_too_large',
  'xml_too_deep',
  'xml_entities',
] as const;
export type ArtifactErrorCode = (typeof artifactErrorCodes)[number];

/** What came of a run's artifacts. `missing`: there was none to read (or all had expired). Messages hold nothing of the candidate's. */
export type ArtifactVerdict =
  | { kind: 'parsed'; artifactName: string; results: ParsedTestResults }
  | { kind: 'unreadable'; artifactName: string | null; errorCode: ArtifactErrorCode; message: string }
  | { kind: 'missing' };

/** The code that submissions show: null when the results were read. */
export function artifactErrorCode(verdict: ArtifactVerdict): ArtifactErrorCode | null {
  if (verdict.kind === 'parsed') return null;
  return verdict.kind === 'missing' ? 'artifact_missing' : verdict.errorCode;
}

const preferredNames = ['tenon-test-results', 'test-results', 'junit'];
const mostTried = 5;

/** The artifacts worth reading, best first: preferred names (any case), then the listing's order; no expired ones, at most five. */
export function chooseArtifacts<A extends { name: string; expired: boolean }>(list: readonly A[]): A[] {
  const rank = ({ name }: A) => {
    const place = preferredNames.indexOf(name.toLowerCase());
    return place === -1 ? preferredNames.length : place;
  };
  const live = list.filter((artifact) => !artifact.expired);
  return live.sort((a, b) => rank(a) - rank(b)).slice(0, mostTried);
}

/** What a candidate reads when a finished run left nothing readable. */
export const unreadableArtifactHint = 'Test results artifact missing or unreadable. Please re-run tests.';

export type ReportedStatus = 'passed' | 'failed' | 'running' | 'error';
export type RunOutcome = { status: ReportedStatus; timeout: boolean; stderr?: string };

/** A run as GitHub tells it, and its artifact once looked for (null: not yet, or there is none). */
export type RunFacts = { status: string | null; conclusion: string | null; artifact: ArtifactVerdict | null };

const unfinished = new Set(['queued', 'in_progress', 'requested', 'waiting', 'pending']);
const failures = new Set(['failure', 'timed_out', 'cancelled']);

/**
 * A run's status on the wire (contract, sections 4 "Run result" and 10).
 * - Without a conclusion: `running` while GitHub says so, else `error`.
 * - Finished without a readable artifact: `error` with the hint, whatever the conclusion, timed out and cancelled included: section 10
 *   makes no exception, and nothing is hidden, because `timeout` and the conclusion stand beside it and the clients look at those first.
 * - `success` is `passed` only while the artifact counts no failure. A workflow that swallowed its tests' exit code
 *   (`npm test || true`) is `failed`: green needs both.
 * - `failure` is `failed` even when every counted test passed: then another step (build, lint, set-up) broke.
 * - Any other conclusion (`neutral`, `skipped`, `stale`, `action_required`, `startup_failure`) is `error`.
 */
export function runStatus({ status, conclusion, artifact }: RunFacts): RunOutcome {
  const timeout = conclusion === 'timed_out';
  if (conclusion === null) return { status: unfinished.has(status ?? '') ? 'running' : 'error', timeout };
  if (artifact?.kind !== 'parsed') return { status: 'error', timeout, stderr: unreadableArtifactHint };
  if (failures.has(conclusion)) return { status: 'failed', timeout };
  if (conclusion !== 'success') return { status: 'error', timeout };
  return { status: artifact.results.failed > 0 ? 'failed' : 'passed', timeout };
}

/** What a submission keeps of its run; absent is the same as null. */
export type StoredOutcome = {
  timeout?: boolean | null;
  status?: string | null;
  passed?: number | null;
  failed?: number | null;
};

export type TestResultsStatus = 'passed' | 'failed' | 'timeout' | 'error' | 'unknown';
const shownStatuses = ['passed', 'failed', 'timeout', 'error'] as const;

/** `testResults.status` (contract, section 3): timeout, then the stored status, then the counts, then `unknown`; null when there is nothing. */
export function testResultsStatus({ timeout, status, passed, failed }: StoredOutcome): TestResultsStatus | null {
  if (timeout === true) return 'timeout';
  const stored = shownStatuses.find((shown) => shown === status);
  if (stored !== undefined) return stored;
  if (typeof failed === 'number' && failed > 0) return 'failed';
  if (typeof passed === 'number') return 'passed';
  return typeof status === 'string' || typeof failed === 'number' ? 'unknown' : null;
}
