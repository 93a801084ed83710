import { accountById, findAccount } from '../accounts.ts';
import type { Base } from '../base.ts';
import { readCommit, readCommits } from '../git/commits.ts';
import type { Commit } from '../git/commits.ts';
import { changedFiles } from '../git/diff.ts';
import { emptyTree, isAncestor, zeroSha } from '../git/revisions.ts';
import { githubTime } from '../links.ts';
import { presentRepository } from '../rest/present/repositories.ts';
import { presentRun, presentWorkflow } from '../rest/present/runs.ts';
import { presentOrganization, presentUser } from '../rest/present/users.ts';
import type { Repository, RunRecord } from '../state.ts';
import type { WebhookEvent } from './webhooks.ts';

const commitsShown = 20;

function surroundings(base: Base, repository: Repository, senderId: number): Record<string, unknown> {
  const { state } = base.store;
  const sender = accountById(state, senderId);
  const owner = findAccount(state, repository.owner);
  return {
    repository: presentRepository(base, repository, 'admin'),
    ...(owner?.type === 'Organization' && { organization: presentOrganization(base.links, owner) }),
    ...(sender && { sender: presentUser(base.links, sender) }),
  };
}

export type RepositoryAction =
  'created' | 'edited' | 'archived' | 'unarchived' | 'renamed' | 'deleted' | 'publicized' | 'privatized';

export function repositoryEvent(
  base: Base,
  repository: Repository,
  action: RepositoryAction,
  senderId: number,
  changes: Record<string, unknown> = {},
): WebhookEvent {
  const withChanges = action === 'edited' || action === 'renamed';
  return {
    event: 'repository',
    repository,
    payload: { action, ...(withChanges && { changes }), ...surroundings(base, repository, senderId) },
  };
}

export async function workflowRunEvent(
  base: Base,
  repository: Repository,
  run: RunRecord,
  action: 'requested' | 'in_progress' | 'completed',
): Promise<WebhookEvent> {
  const commit = await readCommit(base.bareDir(repository), run.headSha).catch(() => null);
  const workflow = base.store.state.workflows.find((candidate) => candidate.id === run.workflowId);
  return {
    event: 'workflow_run',
    repository,
    payload: {
      action,
      workflow_run: presentRun(base, repository, run, commit),
      workflow: workflow ? presentWorkflow(base, repository, workflow, run.workflowName) : null,
      ...surroundings(base, repository, run.actorId),
    },
  };
}

export interface RefChange {
  ref: string;
  before: string;
  after: string;
}

async function pushedCommit(base: Base, repository: Repository, commit: Commit): Promise<Record<string, unknown>> {
  const dir = base.bareDir(repository);
  const files = await changedFiles(dir, commit.parents[0] ?? emptyTree, commit.sha);
  const names = (...statuses: string[]): string[] =>
    files.filter((file) => statuses.includes(file.status)).map((file) => file.filename);
  const person = ({ name, email, date }: Commit['author']): object => ({ name, email, date: githubTime(date) });
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: githubTime(commit.committer.date),
    url: `${base.links.repositoryPage(repository)}/commit/${commit.sha}`,
    author: person(commit.author),
    committer: person(commit.committer),
    added: names('added', 'copied', 'renamed'),
    removed: [...names('removed'), ...files.flatMap((file) => file.previousFilename ?? [])],
    modified: names('modified', 'changed'),
  };
}

/** The commits that the push made reachable, newest 20, oldest first. */
async function newCommits(dir: string, { ref, before, after }: RefChange, defaultBranch: string): Promise<Commit[]> {
  const defaultRef = `refs/heads/${defaultBranch}`;
  const parent = ref === defaultRef ? [] : [`^${defaultRef}`];
  const since = before === zeroSha ? parent : [`^${before}`];
  const known = await readCommits(dir, [after, ...since], { limit: commitsShown }).catch(() => []);
  return known.reverse();
}

export async function pushEvent(
  base: Base,
  repository: Repository,
  change: RefChange,
  pusherId: number,
): Promise<WebhookEvent> {
  const dir = base.bareDir(repository);
  const { ref, before, after } = change;
  const created = before === zeroSha;
  const deleted = after === zeroSha;
  const isCommit = !deleted && (ref.startsWith('refs/heads/') || ref.startsWith('refs/tags/'));
  const commits = isCommit ? await newCommits(dir, change, repository.defaultBranch) : [];
  const head = isCommit ? await readCommit(dir, after) : null;
  const pusher = accountById(base.store.state, pusherId);
  const page = base.links.repositoryPage(repository);
  return {
    event: 'push',
    repository,
    payload: {
      ref,
      before,
      after,
      created,
      deleted,
      forced: !created && !deleted && !(await isAncestor(dir, before, after)),
      base_ref: null,
      compare: `${page}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
      commits: await Promise.all(commits.map((commit) => pushedCommit(base, repository, commit))),
      head_commit: head ? await pushedCommit(base, repository, head) : null,
      pusher: { name: pusher?.login ?? 'unknown', email: null },
      ...surroundings(base, repository, pusherId),
    },
  };
}
