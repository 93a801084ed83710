import Joi from 'joi';
import {
  healthModes,
  templateErrors,
  type DryRun,
  type HealthReport,
  type RehearsedRun,
  type ResultCounts,
  type TemplateChecks,
  type TemplateReport,
} from '../../../domain/hiring/template-health.ts';

const text = Joi.string();
const maybe = Joi.string().allow(null);
const yes = Joi.boolean();
const runId = Joi.number().integer().allow(null).description('GitHub’s id of the run');
const mode = Joi.string().valid(...healthModes);
const count = Joi.number().integer();

const checks = Joi.object<TemplateChecks, true>({
  repoReachable: yes,
  defaultBranch: maybe,
  defaultBranchUsable: yes,
  workflowFileExists: yes,
  workflowHasUploadArtifact: yes,
  workflowHasArtifactName: yes,
  workflowHasTestResultsJson: yes,
});

const counts = Joi.object<ResultCounts, true>({ passed: count, failed: count, total: count }).allow(null);
const rehearsed = Joi.object<RehearsedRun, true>({ branch: text, runId, conclusion: maybe, counts });

const report = Joi.object<TemplateReport, true>({
  templateKey: text,
  repoFullName: text,
  workflowFile: text,
  defaultBranch: maybe,
  ok: yes,
  errors: Joi.array().items(Joi.string().valid(...templateErrors)),
  checks,
  mode,
  workflowRunId: runId,
  workflowConclusion: maybe,
  artifactNameFound: maybe,
  dryRun: Joi.object<DryRun, true>({ starter: rehearsed, solution: rehearsed })
    .allow(null)
    .description(
      'Null for static checks, for a template that did not pass those, and for one without a branch `solution`',
    ),
});

/** `ok` is that no template has an error; templates come in the order in which they were asked for. */
export const healthReply = Joi.object<HealthReport, true>({ ok: yes, mode, templates: Joi.array().items(report) });
