import type { HealthMode } from '../../domain/hiring/template-health.ts';
import { taskQueues } from '../queues.contract.ts';

export interface TemplateHealthInput {
  /** Random; the runs' markers begin with it. */
  readonly id: string;
  readonly mode: HealthMode;
  readonly templates: readonly { readonly templateKey: string; readonly repoFullName: string }[];
  readonly workflowFile: string;
  /** How long one run of a template's tests may take. */
  readonly timeoutSeconds: number;
  /** How many templates at once. */
  readonly concurrency: number;
}

export interface TemplateHealthProgress {
  readonly total: number;
  readonly done: number;
  /** Keys of the templates that are being checked. */
  readonly checking: readonly string[];
}

/** Answers with a `TemplateHealthProgress`. */
export const templateHealthProgressQuery = 'progress';

/** Checks templates; its result is a `HealthReport`. It belongs to the installation, not to an organisation. */
export function templateHealthStart(input: TemplateHealthInput) {
  return {
    workflowId: `template-health/${input.id}`,
    type: 'templateHealth',
    taskQueue: taskQueues.github, // beside its activities, which are then started without a hop through the server
    input,
    orgId: 'installation',
    kind: 'template-health',
    ref: input.templates
      .map(({ templateKey }) => templateKey)
      .join(' ')
      .slice(0, 200),
    summary: `Template health (${input.mode}) of ${input.templates.length} templates`,
  };
}

/** How long a caller should wait for the result: every batch may take its runs' whole time, and some calls. */
export function longestHealthMs({ mode, templates, timeoutSeconds, concurrency }: TemplateHealthInput): number {
  const batches = Math.ceil(templates.length / concurrency);
  const runSeconds = mode === 'live' ? timeoutSeconds : 0;
  return (batches * (runSeconds + 5) + 30) * 1_000;
}
