import Joi from 'joi';
import type { DiffFile, DiffSummary } from '../../../domain/workspaces/diff-summary.ts';
import type { DetailedSubmission, DetailedTestResults, ListedSubmission, TestResults } from './presenter.ts';

const count = Joi.number().integer().allow(null);
const words = Joi.string().allow('', null);
const time = Joi.string().isoDate();

const diffSummary = Joi.object<DiffSummary, true>({
  ahead_by: Joi.number().integer(),
  behind_by: Joi.number().integer(),
  total_commits: Joi.number().integer(),
  base: Joi.string(),
  head: Joi.string(),
  files: Joi.array().items(
    Joi.object<DiffFile, true>({
      filename: Joi.string(),
      status: Joi.string(),
      additions: Joi.number().integer(),
      deletions: Joi.number().integer(),
      changes: Joi.number().integer(),
      patch: words,
    }),
  ),
  truncated: Joi.boolean(),
}).allow(null);

const testResultKeys = {
  status: Joi.string().valid('passed', 'failed', 'timeout', 'error', 'unknown', null),
  passed: count,
  failed: count,
  skipped: count,
  total: count,
  lastRunAt: time.allow(null),
  runId: count,
  workflowRunId: words,
  runStatus: words,
  conclusion: words,
  timeout: Joi.boolean().allow(null),
  stdout: words,
  stderr: words,
  stdoutTruncated: Joi.boolean(),
  stderrTruncated: Joi.boolean(),
  summary: Joi.object().unknown(true).allow(null),
  artifactName: words,
  artifactPresent: Joi.boolean(),
  artifactErrorCode: words,
  errorCode: words,
  commitSha: words,
  workflowUrl: words,
  commitUrl: words,
};

export const submissionList = Joi.object<{ items: ListedSubmission[] }, true>({
  items: Joi.array().items(
    Joi.object<ListedSubmission, true>({
      submissionId: Joi.number().integer(),
      candidateSessionId: Joi.number().integer(),
      taskId: Joi.number().integer(),
      dayIndex: Joi.number().integer(),
      type: Joi.string(),
      submittedAt: time,
      repoFullName: words,
      repoUrl: words,
      workflowRunId: words,
      commitSha: words,
      workflowUrl: words,
      commitUrl: words,
      diffUrl: words,
      diffSummary,
      testResults: Joi.object<TestResults, true>(testResultKeys).allow(null),
    }),
  ),
});

export const submissionDetail = Joi.object<DetailedSubmission, true>({
  submissionId: Joi.number().integer(),
  candidateSessionId: Joi.number().integer(),
  task: Joi.object<DetailedSubmission['task'], true>({
    taskId: Joi.number().integer(),
    dayIndex: Joi.number().integer(),
    type: Joi.string(),
    title: words,
    prompt: Joi.string().valid(null),
  }),
  contentText: words,
  code: Joi.object<NonNullable<DetailedSubmission['code']>, true>({
    repoPath: Joi.string(),
    repoFullName: Joi.string(),
    repoUrl: Joi.string(),
  }).allow(null),
  testResults: Joi.object<DetailedTestResults, true>({
    ...testResultKeys,
    output: Joi.object().unknown(true).allow(null),
  }).allow(null),
  diffSummary,
  submittedAt: time,
  workflowUrl: words,
  commitUrl: words,
  diffUrl: words,
});
