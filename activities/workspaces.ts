import { cleanupActivities } from './workspaces/cleanup.ts';
import { closingActivity } from './workspaces/closing.ts';
import { collectActivities } from './workspaces/collect.ts';
import { dispatchActivity } from './workspaces/dispatch.ts';
import type { WorkspaceParts } from './workspaces/parts.ts';
import { provisioningActivities } from './workspaces/provisioning.ts';

/** What the workflows of workspaces and test runs do to GitHub and to our rows. */
export function workspaceActivities(parts: WorkspaceParts) {
  return {
    ...provisioningActivities(parts),
    ...closingActivity(parts),
    ...cleanupActivities(parts),
    ...dispatchActivity(parts),
    ...collectActivities(parts),
  };
}
