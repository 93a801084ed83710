import type { HealthMode, HealthReport } from '../../../domain/hiring/template-health.ts';
import { templateHealthInput } from '../../../services/hiring/template-health.ts';
import { longestHealthMs, templateHealthStart } from '../../../workflows/hiring/template-health.contract.ts';
import type { App } from '../../app.ts';

export interface WantedChecks {
  readonly templateKeys: readonly string[];
  readonly mode: HealthMode;
  readonly timeoutSeconds: number;
  readonly concurrency: number;
}

/** One of the exceptions to "queries read Postgres": no row keeps what a template is like today. */
export function checkTemplates(
  { settings, workflows }: Pick<App, 'settings' | 'workflows'>,
  wanted: WantedChecks,
  signal: AbortSignal,
): Promise<HealthReport> {
  const input = templateHealthInput(settings.github, wanted);
  return workflows.run<HealthReport>(templateHealthStart(input), { waitMs: longestHealthMs(input), signal });
}
