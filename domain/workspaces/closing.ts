import { workspaceDescription } from './workspace.ts';

/**
 * What is wanted of a repository, or done: `open` → `archiving` → `archived` when its session has ended, `reopening` → `open` when
 * the session begins anew, `deleting` → `deleted` after the retention time.
 */
export type RepositoryState = 'open' | 'archiving' | 'archived' | 'reopening' | 'deleting' | 'deleted';

/** The session is over: nobody may be let in, and no run begins. */
export function isClosing(state: RepositoryState): boolean {
  return state === 'archiving' || state === 'deleting';
}

/** Of the default branch: `unsupported` by GitHub's plan, `failed` for another reason. */
export type Protection = 'wanted' | 'protected' | 'unsupported' | 'failed';

/** Whether a repository at GitHub carries this very workspace and is closed to strangers. */
export function carriesWorkspace(
  { description, isPrivate }: { readonly description: string | null; readonly isPrivate: boolean },
  workspaceId: string,
): boolean {
  return isPrivate && description === workspaceDescription(workspaceId);
}
