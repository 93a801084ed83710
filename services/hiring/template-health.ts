import { randomUUID } from 'node:crypto';
import type { TemplateHealthInput } from '../../workflows/hiring/template-health.contract.ts';
import { repositoryOf } from './simulations.ts';

export interface TemplatePlace {
  readonly templateOwner: string;
  readonly workflowFile: string;
}

/** What the workflow is told to check. @throws {AppError} INVALID_TEMPLATE_KEY */
export function templateHealthInput(
  { templateOwner, workflowFile }: TemplatePlace,
  {
    templateKeys,
    mode,
    timeoutSeconds,
    concurrency,
  }: Pick<TemplateHealthInput, 'mode' | 'timeoutSeconds' | 'concurrency'> & {
    readonly templateKeys: readonly string[];
  },
): TemplateHealthInput {
  return {
    id: randomUUID(),
    mode,
    workflowFile,
    timeoutSeconds,
    concurrency: Math.min(concurrency, templateKeys.length), // the workflow has a line for each, were it a million
    templates: templateKeys.map((templateKey) => ({
      templateKey,
      repoFullName: repositoryOf(templateOwner, templateKey),
    })),
  };
}
