import { checkActivity } from './templates/check.ts';
import { templateRunActivities } from './templates/runs.ts';
import type { TemplateParts } from './templates/parts.ts';

/** What the health check of templates does at GitHub; nothing of it touches our rows. */
export function templateActivities(parts: TemplateParts) {
  return { ...checkActivity(parts), ...templateRunActivities(parts) };
}
