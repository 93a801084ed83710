import type { GithubWatch } from '../../adapters/github/watch.ts';
import type { Logger } from '../../core/logger.ts';
import type { Metrics } from '../../core/metrics.ts';
import type { UnitsOfWork } from '../../core/unit-of-work.ts';

export interface ReconciliationParts {
  readonly units: UnitsOfWork;
  readonly watch: GithubWatch;
  readonly metrics: Pick<Metrics, 'githubRecovered' | 'githubLooks'>;
  readonly settings: { readonly github: { readonly webhookSecret: string | undefined } };
  readonly log: Logger;
}
