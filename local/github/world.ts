import type { ReadWorkflow } from './actions/types.ts';
import type { Base } from './base.ts';
import type { Generating } from './generating.ts';
import type { RefWatch } from './git/ref-watch.ts';
import type { RateLimits } from './rest/rate-limits.ts';
import type { WriteLimits } from './rest/write-limits.ts';
import type { Runs } from './runs.ts';
import type { Webhooks } from './webhooks/webhooks.ts';

/** Everything that an endpoint may use. */
export interface World extends Base {
  readonly webhooks: Webhooks;
  readonly refs: RefWatch;
  readonly runs: Runs;
  readonly generating: Generating;
  readonly limits: RateLimits;
  readonly writes: WriteLimits;
  readonly readWorkflow: ReadWorkflow;
}
