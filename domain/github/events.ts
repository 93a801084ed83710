import { readInstallation, type InstallationEvent } from './installation.ts';
import { idIn, objectIn, textIn, timeIn, type Fields } from './fields.ts';

/** A run of GitHub Actions has ended. */
export interface RunCompleted {
  readonly kind: 'run_completed';
  readonly repoId: string;
  readonly githubRunId: string;
  readonly conclusion: string;
  readonly headSha: string;
}

/** A ref was moved, made (`before` all zeros) or removed (`after` all zeros). */
export interface Pushed {
  readonly kind: 'pushed';
  readonly repoId: string;
  /** Whole, e.g. `refs/heads/main`. Candidates choose it: never shown without escaping. */
  readonly ref: string;
  readonly before: string;
  readonly after: string;
  readonly forced: boolean | null;
  readonly pusher: string | null;
  /** ISO 8601 by GitHub's clock, in whole seconds. */
  readonly pushedAt: string | null;
}

/** Something was done to a repository as a whole. */
export interface RepositoryTold {
  readonly kind: 'repository';
  readonly repoId: string;
  readonly action: RepositoryAction;
  readonly by: string | null;
}

const repositoryActions = [
  'renamed',
  'transferred',
  'archived',
  'unarchived',
  'deleted',
  'publicized',
  'privatized',
] as const;
export type RepositoryAction = (typeof repositoryActions)[number];

export type GithubEvent = RunCompleted | Pushed | RepositoryTold | InstallationEvent;

/** Events that are read at all, by the name in `X-GitHub-Event`; a ping only to see that it is JSON. */
const readEvents = ['ping', 'workflow_run', 'push', 'repository', 'installation', 'installation_repositories'] as const;

/** The parts of a payload that are looked at; lists of commits and repositories are not. */
export const readFields: readonly string[] =
  'action workflow_run repository sender installation ref before after forced pusher'.split(' ');

/** Whether the payload of an event is worth parsing. */
export function isRead(event: string): boolean {
  return readEvents.some((known) => known === event);
}

/** A label for metrics and rows: few, whatever is sent. */
export function eventLabel(event: string): string {
  return isRead(event) ? event : 'other';
}

/** What a payload's `action` says, when it is a word as GitHub's are. */
export function actionOf(payload: unknown): string | null {
  return textIn(objectIn(payload), 'action', /^[a-z_]{1,50}$/);
}

/** @returns null for what concerns us not, and for what does not read like GitHub's: both are acknowledged and ignored */
export function readGithubEvent(event: string, payload: unknown): GithubEvent | null {
  const fields = objectIn(payload);
  if (!fields) return null;
  const action = actionOf(payload);
  switch (event) {
    case 'workflow_run':
      return action === 'completed' ? readRun(fields) : null;
    case 'push':
      return readPush(fields);
    case 'repository':
      return readRepository(fields, action);
    case 'installation':
    case 'installation_repositories':
      return readInstallation(event, action, fields);
    default:
      return null;
  }
}

const SHA = /^[0-9a-f]{40,64}$/;
const LOGIN = /^[A-Za-z0-9_.[\]-]{1,100}$/; // also `name[bot]` and names of deploy keys that look like one

function readRun(fields: Fields): RunCompleted | null {
  const run = objectIn(fields['workflow_run']);
  const repoId = idIn(objectIn(fields['repository']), 'id');
  const githubRunId = idIn(run, 'id');
  const conclusion = textIn(run, 'conclusion', /^[a-z_]{1,100}$/);
  const headSha = textIn(run, 'head_sha', SHA);
  if (repoId === null || githubRunId === null || conclusion === null || headSha === null) return null;
  return { kind: 'run_completed', repoId, githubRunId, conclusion, headSha };
}

function readPush(fields: Fields): Pushed | null {
  const repository = objectIn(fields['repository']);
  const repoId = idIn(repository, 'id');
  const ref = textIn(fields, 'ref', /^refs\/(?:heads|tags)\/[^]{1,500}$/);
  const before = textIn(fields, 'before', SHA);
  const after = textIn(fields, 'after', SHA);
  if (repoId === null || ref === null || before === null || after === null || !isRefName(ref)) return null;
  const forced = typeof fields['forced'] === 'boolean' ? fields['forced'] : null;
  const pusher = textIn(objectIn(fields['pusher']), 'name', LOGIN);
  return { kind: 'pushed', repoId, ref, before, after, forced, pusher, pushedAt: timeIn(repository, 'pushed_at') };
}

/** git allows no control characters in a name; half a surrogate pair is no text. */
function isRefName(ref: string): boolean {
  return !/\p{Cc}|\p{Cs}/u.test(ref);
}

function readRepository(fields: Fields, told: string | null): RepositoryTold | null {
  const action = repositoryActions.find((known) => known === told);
  const repoId = idIn(objectIn(fields['repository']), 'id');
  if (action === undefined || repoId === null) return null;
  return { kind: 'repository', repoId, action, by: textIn(objectIn(fields['sender']), 'login', LOGIN) };
}
