import { githubActivities } from './github.ts';
import { hiringActivities } from './hiring.ts';
import { mailActivities, type MailParts } from './mail.ts';
import { templateActivities } from './templates.ts';
import { workspaceActivities } from './workspaces.ts';

export type ActivityParts = MailParts &
  Parameters<typeof workspaceActivities>[0] &
  Parameters<typeof githubActivities>[0];

/** Every activity, by the name under which workflows call it. */
export function allActivities(parts: ActivityParts) {
  return {
    ...githubActivities(parts),
    ...hiringActivities(parts),
    ...mailActivities(parts),
    ...templateActivities(parts),
    ...workspaceActivities(parts),
  };
}
