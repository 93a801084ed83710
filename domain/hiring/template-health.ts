/** What can be wrong with a template: contracts/hiring.md section 5, and at the end ours. */
export const templateErrors = [
  'repo_not_found',
  'repo_unreachable',
  'github_forbidden',
  'github_rate_limited',
  'default_branch_missing',
  'default_branch_unusable',
  'workflow_file_missing',
  'workflow_file_unreadable',
  'workflow_missing_upload_artifact',
  'workflow_missing_artifact_name',
  'workflow_missing_test_results_json',
  'workflow_dispatch_failed',
  'workflow_run_timeout',
  'workflow_run_not_success',
  'artifact_missing',
  'artifact_legacy_name_simuhire',
  'artifact_zip_missing_test_results_json',
  'test_results_json_invalid_schema',
  'starter_does_not_fail',
  'solution_does_not_pass',
] as const;
export type TemplateError = (typeof templateErrors)[number];

export const healthModes = ['static', 'live'] as const;
export type HealthMode = (typeof healthModes)[number];

export interface TemplateChecks {
  readonly repoReachable: boolean;
  readonly defaultBranch: string | null;
  readonly defaultBranchUsable: boolean;
  readonly workflowFileExists: boolean;
  readonly workflowHasUploadArtifact: boolean;
  readonly workflowHasArtifactName: boolean;
  readonly workflowHasTestResultsJson: boolean;
}

/** What a template's tests came to on one branch. Counts are null when no results could be read. */
export interface ProbedRun {
  readonly branch: string;
  readonly runId: number | null;
  readonly conclusion: string | null;
  readonly artifactName: string | null;
  readonly counts: ResultCounts | null;
  readonly errors: TemplateError[];
}

export interface ResultCounts {
  readonly passed: number;
  readonly failed: number;
  readonly total: number;
}

/** The rehearsal of a template that brings its solution, so null for one that does not. */
export interface DryRun {
  readonly starter: RehearsedRun;
  readonly solution: RehearsedRun;
}

export interface RehearsedRun {
  readonly branch: string;
  readonly runId: number | null;
  readonly conclusion: string | null;
  readonly counts: ResultCounts | null;
}

/** One template's health, as clients see it. */
export interface TemplateReport {
  readonly templateKey: string;
  /** `owner/name` */
  readonly repoFullName: string;
  readonly workflowFile: string;
  readonly defaultBranch: string | null;
  readonly ok: boolean;
  readonly errors: TemplateError[];
  readonly checks: TemplateChecks;
  readonly mode: HealthMode;
  readonly workflowRunId: number | null;
  readonly workflowConclusion: string | null;
  readonly artifactNameFound: string | null;
  readonly dryRun: DryRun | null;
}

export interface HealthReport {
  readonly ok: boolean;
  readonly mode: HealthMode;
  readonly templates: TemplateReport[];
}

/** A template whose repository has a branch of this name brings its own solution there. */
export const solutionBranch = 'solution';

export interface TemplateUnderTest {
  readonly templateKey: string;
  readonly repoFullName: string;
  readonly workflowFile: string;
  readonly mode: HealthMode;
}

export const unchecked: TemplateChecks = {
  repoReachable: false,
  defaultBranch: null,
  defaultBranchUsable: false,
  workflowFileExists: false,
  workflowHasUploadArtifact: false,
  workflowHasArtifactName: false,
  workflowHasTestResultsJson: false,
};

/** What the static checks alone say. */
export function staticReport(
  { templateKey, repoFullName, workflowFile, mode }: TemplateUnderTest,
  checks: TemplateChecks,
  errors: readonly TemplateError[],
): TemplateReport {
  return {
    templateKey,
    repoFullName,
    workflowFile,
    defaultBranch: checks.defaultBranch,
    ok: errors.length === 0,
    errors: [...errors],
    checks,
    mode,
    workflowRunId: null,
    workflowConclusion: null,
    artifactNameFound: null,
    dryRun: null,
  };
}

/**
 * The contract's live check is about the run that must succeed: the solution's where the template brings one, else the default
 * branch's. With a solution the starter must also fail: a template that passes as it comes asks nothing of a candidate.
 */
export function liveReport(report: TemplateReport, proof: ProbedRun, starter: ProbedRun | null): TemplateReport {
  const errors = new Set<TemplateError>([...report.errors, ...proof.errors]);
  if (starter) {
    for (const error of starter.errors) errors.add(error);
    if (starter.errors.length === 0 && !failsItsTests(starter)) errors.add('starter_does_not_fail');
    if (proof.conclusion !== null && !passesItsTests(proof)) errors.add('solution_does_not_pass');
  }
  if (proof.conclusion !== null && proof.conclusion !== 'success') errors.add('workflow_run_not_success');
  return {
    ...report,
    ok: errors.size === 0,
    errors: templateErrors.filter((error) => errors.has(error)),
    workflowRunId: proof.runId,
    workflowConclusion: proof.conclusion,
    artifactNameFound: proof.artifactName,
    dryRun: starter && { starter: rehearsed(starter), solution: rehearsed(proof) },
  };
}

export function healthReport(mode: HealthMode, templates: TemplateReport[]): HealthReport {
  return { ok: templates.every(({ ok }) => ok), mode, templates };
}

function failsItsTests({ conclusion, counts }: ProbedRun): boolean {
  return conclusion === 'failure' && counts !== null && counts.failed > 0;
}

function passesItsTests({ conclusion, counts }: ProbedRun): boolean {
  return conclusion === 'success' && counts !== null && counts.failed === 0 && counts.passed > 0;
}

function rehearsed({ branch, runId, conclusion, counts }: ProbedRun): RehearsedRun {
  return { branch, runId, conclusion, counts };
}

/** What an error code of a GitHub call says of a template; `otherwise` is what it says of the step. */
export function templateErrorOf(code: string | undefined, otherwise: TemplateError): TemplateError {
  if (code === 'GITHUB_PERMISSION_DENIED') return 'github_forbidden';
  return code === 'GITHUB_RATE_LIMITED' ? 'github_rate_limited' : otherwise;
}

const artifactNames = ['tenon-test-results', 'test-results', 'junit'];

/** Text search, as the contract says: a workflow file may come to these words in many ways. */
export function workflowTextChecks(
  text: string,
): Omit<TemplateChecks, 'repoReachable' | 'defaultBranch' | 'defaultBranchUsable' | 'workflowFileExists'> {
  const words = text.toLowerCase();
  return {
    workflowHasUploadArtifact: words.includes('actions/upload-artifact'),
    workflowHasArtifactName: artifactNames.some((name) => words.includes(name)),
    workflowHasTestResultsJson: words.includes('tenon-test-results.json'),
  };
}

export interface ChosenArtifact<A> {
  readonly artifact: A | null;
  readonly name: string | null;
  readonly error: TemplateError | null;
}

/** The one artifact that a healthy template leaves: `tenon-test-results`, in any case. */
export function resultsArtifactOf<A extends { readonly name: string; readonly expired: boolean }>(
  artifacts: readonly A[],
): ChosenArtifact<A> {
  const live = artifacts.filter(({ expired }) => !expired);
  const artifact = live.find(({ name }) => name.toLowerCase() === 'tenon-test-results');
  if (artifact) return { artifact, name: artifact.name, error: null };
  const legacy = live.find(({ name }) => /simuhire/i.test(name));
  if (legacy) return { artifact: null, name: legacy.name, error: 'artifact_legacy_name_simuhire' };
  return { artifact: null, name: null, error: 'artifact_missing' };
}

/** The counts of `tenon-test-results.json`, or null where it is not as the contract wants it. */
export function strictCounts(value: unknown): ResultCounts | null {
  if (!isObject(value)) return null;
  const { passed, failed, total, stdout, stderr, summary } = value;
  if (!isCount(passed) || !isCount(failed) || !isCount(total)) return null;
  if (typeof stdout !== 'string' || typeof stderr !== 'string') return null;
  if (summary !== undefined && !isObject(summary)) return null;
  return { passed, failed, total };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** The contract's clamp of how long a run may take. */
export function clampedTimeoutSeconds(seconds: number): number {
  return Math.min(Math.max(seconds, 1), 600);
}
