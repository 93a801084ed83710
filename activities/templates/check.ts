import { AppError } from '../../core/errors.ts';
import {
  solutionBranch,
  staticReport,
  templateErrorOf,
  unchecked,
  workflowTextChecks,
  type TemplateChecks,
  type TemplateError,
  type TemplateReport,
  type TemplateUnderTest,
} from '../../domain/hiring/template-health.ts';
import type { TemplateParts } from './parts.ts';

export interface CheckedTemplate {
  readonly report: TemplateReport;
  /** Whether the repository has a branch with the template's own solution; not asked for in static mode. */
  readonly hasSolution: boolean;
}

/** Ends the checks of a template: what follows could say nothing. */
class Stopped extends Error {
  readonly error: TemplateError;
  constructor(error: TemplateError) {
    super(error);
    this.error = error;
  }
}

/** The checks that start nothing. An outage at GitHub is an answer, not a reason to try again: somebody waits. */
export function checkActivity({ forge }: TemplateParts) {
  return {
    checkTemplate: async (template: TemplateUnderTest): Promise<CheckedTemplate> => {
      let checks = unchecked;
      try {
        for await (const found of steps(template)) checks = { ...checks, ...found };
        const errors = textErrors(checks);
        const isAsked = template.mode === 'live' && errors.length === 0;
        const hasSolution = isAsked && (await headOf(template.repoFullName, solutionBranch)) !== null;
        return { report: staticReport(template, checks, errors), hasSolution };
      } catch (error) {
        if (!(error instanceof Stopped)) throw error;
        return { report: staticReport(template, checks, [error.error]), hasSolution: false };
      }
    },
  };

  async function* steps({ repoFullName, workflowFile }: TemplateUnderTest): AsyncGenerator<Partial<TemplateChecks>> {
    const { defaultBranch } = await told(
      () => forge.getRepository(repoFullName),
      (code) => (code === 'GITHUB_NOT_FOUND' ? 'repo_not_found' : 'repo_unreachable'),
    );
    yield { repoReachable: true };
    if (defaultBranch === '') throw new Stopped('default_branch_missing');
    yield { defaultBranch };
    if (!(await headOf(repoFullName, defaultBranch))) throw new Stopped('default_branch_unusable');
    yield { defaultBranchUsable: true };
    const path = `.github/workflows/${workflowFile.slice(workflowFile.lastIndexOf('/') + 1)}`;
    const file = await told(
      () => forge.readTextFile(repoFullName, path, defaultBranch),
      () => 'workflow_file_unreadable',
    );
    if (file.kind === 'missing') throw new Stopped('workflow_file_missing');
    yield { workflowFileExists: true };
    if (file.kind === 'unreadable') throw new Stopped('workflow_file_unreadable');
    yield workflowTextChecks(file.text);
  }

  function headOf(repo: string, branch: string) {
    return told(
      () => forge.getBranchHead(repo, branch),
      () => 'default_branch_unusable',
    );
  }
}

/** @throws {Stopped} for what GitHub refuses or does not answer */
async function told<T>(ask: () => Promise<T>, otherwise: (code: string) => TemplateError): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new Stopped(templateErrorOf(error.code, otherwise(error.code)));
  }
}

function textErrors(checks: TemplateChecks): TemplateError[] {
  const found: [boolean, TemplateError][] = [
    [checks.workflowHasUploadArtifact, 'workflow_missing_upload_artifact'],
    [checks.workflowHasArtifactName, 'workflow_missing_artifact_name'],
    [checks.workflowHasTestResultsJson, 'workflow_missing_test_results_json'],
  ];
  return found.flatMap(([isThere, error]) => (isThere ? [] : [error]));
}
