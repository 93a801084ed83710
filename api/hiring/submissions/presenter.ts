import type { TaskType } from '../../../domain/hiring/blueprint.ts';
import { testResultsStatus, type TestResultsStatus } from '../../../domain/workspaces/test-results.ts';
import { briefDiff, type DiffSummary } from '../../../domain/workspaces/diff-summary.ts';
import { outputLimits, truncate } from '../../../domain/workspaces/text.ts';
import type { SubmissionRow } from '../../../services/hiring/submission-reads.ts';
import type { Links } from '../../links.ts';

export interface TestResults {
  readonly status: TestResultsStatus | null;
  readonly passed: number | null;
  readonly failed: number | null;
  /** Counted in neither of the other three. */
  readonly skipped: number | null;
  /** passed + failed: contracts/hiring.md section 3. */
  readonly total: number | null;
  readonly lastRunAt: string | null;
  /** GitHub's id of the run, as the candidate's run replies have it; null until GitHub has taken it. */
  readonly runId: number | null;
  /** The same as text. */
  readonly workflowRunId: string | null;
  readonly runStatus: string | null;
  readonly conclusion: string | null;
  readonly timeout: boolean | null;
  readonly stdout: string | null;
  readonly stderr: string | null;
  readonly stdoutTruncated: boolean;
  readonly stderrTruncated: boolean;
  readonly summary: object | null;
  readonly artifactName: string | null;
  readonly artifactPresent: boolean;
  readonly artifactErrorCode: string | null;
  readonly errorCode: string | null;
  readonly commitSha: string | null;
  readonly workflowUrl: string | null;
  readonly commitUrl: string | null;
}

export interface DetailedTestResults extends TestResults {
  /** What the run's artifact said, as older clients read it. */
  readonly output: object | null;
}

export interface ListedSubmission {
  readonly submissionId: number;
  readonly candidateSessionId: number;
  readonly taskId: number;
  readonly dayIndex: number;
  readonly type: TaskType;
  readonly submittedAt: string;
  readonly repoFullName: string | null;
  readonly repoUrl: string | null;
  readonly workflowRunId: string | null;
  readonly commitSha: string | null;
  readonly workflowUrl: string | null;
  readonly commitUrl: string | null;
  readonly diffUrl: string | null;
  readonly diffSummary: DiffSummary | null;
  readonly testResults: TestResults | null;
}

export interface DetailedSubmission {
  readonly submissionId: number;
  readonly candidateSessionId: number;
  readonly task: {
    readonly taskId: number;
    readonly dayIndex: number;
    readonly type: TaskType;
    readonly title: string | null;
    readonly prompt: null;
  };
  readonly contentText: string | null;
  readonly code: { readonly repoPath: string; readonly repoFullName: string; readonly repoUrl: string } | null;
  readonly testResults: DetailedTestResults | null;
  readonly diffSummary: DiffSummary | null;
  readonly submittedAt: string;
  readonly workflowUrl: string | null;
  readonly commitUrl: string | null;
  readonly diffUrl: string | null;
}

/** In the list the texts are shorter; `diffChars` is for names and patches of the diff. */
export function presentListedSubmission(row: SubmissionRow, links: Links, diffChars: number): ListedSubmission {
  const results = presentTestResults(row, links, outputLimits.list);
  return {
    submissionId: Number(row.id),
    candidateSessionId: Number(row.candidateSessionId),
    taskId: Number(row.taskId),
    dayIndex: row.dayIndex,
    type: row.type,
    submittedAt: row.submittedAt.toISOString(),
    repoFullName: row.repoFullName,
    repoUrl: row.repoFullName && links.repository(row.repoFullName),
    workflowRunId: row.githubRunId,
    commitSha: row.commitSha,
    ...urls(row, links),
    diffSummary: row.diffSummary && briefDiff(row.diffSummary, diffChars),
    testResults: results && { ...results, summary: briefSummary(results.summary) },
  };
}

export function presentDetailedSubmission(row: SubmissionRow, links: Links): DetailedSubmission {
  const results = presentTestResults(row, links, outputLimits.detail);
  return {
    submissionId: Number(row.id),
    candidateSessionId: Number(row.candidateSessionId),
    task: { taskId: Number(row.taskId), dayIndex: row.dayIndex, type: row.type, title: row.title, prompt: null },
    contentText: row.contentText,
    code: row.repoFullName
      ? { repoPath: row.repoFullName, repoFullName: row.repoFullName, repoUrl: links.repository(row.repoFullName) }
      : null,
    testResults: results && { ...results, output: presentOutput(results) },
    diffSummary: row.diffSummary,
    submittedAt: row.submittedAt.toISOString(),
    ...urls(row, links),
  };
}

function urls({ repoFullName, githubRunId, commitSha, diffSummary }: SubmissionRow, links: Links) {
  return {
    workflowUrl: repoFullName && githubRunId && links.run(repoFullName, githubRunId),
    commitUrl: repoFullName && commitSha && links.commit(repoFullName, commitSha),
    diffUrl: repoFullName && diffSummary && links.compare(repoFullName, diffSummary.base, diffSummary.head),
  };
}

function presentTestResults(row: SubmissionRow, links: Links, longest: number): TestResults | null {
  if (row.runId === null || row.runStatus === null) return null;
  const finished = row.runStatus !== 'queued' && row.runStatus !== 'running';
  const stdout = truncate(row.stdout ?? '', longest);
  const stderr = truncate(row.stderr ?? '', longest);
  const { workflowUrl, commitUrl } = urls(row, links);
  return {
    status: testResultsStatus({ ...row, status: row.runStatus }),
    passed: row.passed,
    failed: row.failed,
    skipped: row.skipped,
    total: row.passed === null || row.failed === null ? null : row.passed + row.failed,
    lastRunAt: row.lastRunAt?.toISOString() ?? null,
    runId: row.githubRunId === null ? null : Number(row.githubRunId),
    workflowRunId: row.githubRunId,
    runStatus: finished ? 'completed' : row.runStatus,
    conclusion: row.conclusion,
    timeout: row.timeout,
    stdout: row.stdout === null ? null : stdout.text,
    stderr: row.stderr === null ? null : stderr.text,
    stdoutTruncated: stdout.truncated,
    stderrTruncated: stderr.truncated,
    summary: row.summary,
    artifactName: row.artifactName,
    artifactPresent: row.artifactName !== null,
    artifactErrorCode: row.artifactErrorCode,
    errorCode: row.runErrorCode,
    commitSha: row.commitSha,
    workflowUrl,
    commitUrl,
  };
}

/** Half a summary would read like a whole one. */
function briefSummary(summary: object | null): object | null {
  return JSON.stringify(summary).length > outputLimits.list ? { truncated: true } : summary;
}

function presentOutput({ status, passed, failed, total, stdout, stderr, summary, timeout }: TestResults): object {
  return { status, passed, failed, total, stdout, stderr, summary, timeout };
}
