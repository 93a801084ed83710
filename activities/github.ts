import { recoveryActivity } from './github/recovery.ts';
import { lookActivity } from './github/looks.ts';
import type { ReconciliationParts } from './github/parts.ts';

/** What a round of the reconciliation with GitHub does; each may run twice, also at the same time. */
export function githubActivities(parts: ReconciliationParts) {
  return { ...recoveryActivity(parts), ...lookActivity(parts) };
}
