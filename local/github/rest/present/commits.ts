import { findAccount } from '../../accounts.ts';
import type { Base } from '../../base.ts';
import type { Commit, Person } from '../../git/commits.ts';
import type { ChangedFile } from '../../git/diff.ts';
import { githubTime, nodeId } from '../../links.ts';
import type { Repository } from '../../state.ts';
import { presentUser } from './users.ts';

const unverified = { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null };
export const noreplyDomain = 'users.noreply.localhost';

/** Commits made through the API carry `<login>@users.noreply.localhost`; anything else is nobody's account here. */
function presentAccountOf(base: Base, person: Person): Record<string, unknown> | null {
  const [login = '', domain] = person.email.split('@');
  const account = domain === noreplyDomain ? findAccount(base.store.state, login) : undefined;
  return account ? presentUser(base.links, account) : null;
}

function presentPerson(person: Person): Record<string, unknown> {
  return { name: person.name, email: person.email, date: githubTime(person.date) };
}

/** GitHub's `git-commit`. */
export function presentGitCommit(base: Base, repository: Repository, commit: Commit): Record<string, unknown> {
  const api = base.links.repositoryApi(repository);
  const page = base.links.repositoryPage(repository);
  return {
    sha: commit.sha,
    node_id: nodeId('Commit', commit.sha),
    url: `${api}/git/commits/${commit.sha}`,
    html_url: `${page}/commit/${commit.sha}`,
    author: presentPerson(commit.author),
    committer: presentPerson(commit.committer),
    message: commit.message,
    tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${api}/git/commits/${sha}`,
      html_url: `${page}/commit/${sha}`,
    })),
    verification: unverified,
  };
}

export function presentFile(
  base: Base,
  repository: Repository,
  ref: string,
  file: ChangedFile,
): Record<string, unknown> {
  const name = file.filename.split('/').map(encodeURIComponent).join('/');
  const page = base.links.repositoryPage(repository);
  const { previousFilename, patch } = file;
  return {
    sha: file.sha,
    filename: file.filename,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${page}/blob/${ref}/${name}`,
    raw_url: `${page}/raw/${ref}/${name}`,
    contents_url: `${base.links.repositoryApi(repository)}/contents/${name}?ref=${ref}`,
    ...(previousFilename !== undefined && { previous_filename: previousFilename }),
    ...(patch !== undefined && { patch }),
  };
}

/** GitHub's `commit`; with `files` also its statistics. */
export function presentCommit(
  base: Base,
  repository: Repository,
  commit: Commit,
  files?: readonly ChangedFile[],
): Record<string, unknown> {
  const api = base.links.repositoryApi(repository);
  const page = base.links.repositoryPage(repository);
  const additions = (files ?? []).reduce((sum, file) => sum + file.additions, 0);
  const deletions = (files ?? []).reduce((sum, file) => sum + file.deletions, 0);
  return {
    sha: commit.sha,
    node_id: nodeId('Commit', commit.sha),
    commit: {
      author: presentPerson(commit.author),
      committer: presentPerson(commit.committer),
      message: commit.message,
      tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
      url: `${api}/git/commits/${commit.sha}`,
      comment_count: 0,
      verification: unverified,
    },
    url: `${api}/commits/${commit.sha}`,
    html_url: `${page}/commit/${commit.sha}`,
    comments_url: `${api}/commits/${commit.sha}/comments`,
    author: presentAccountOf(base, commit.author),
    committer: presentAccountOf(base, commit.committer),
    parents: commit.parents.map((sha) => ({ sha, url: `${api}/commits/${sha}`, html_url: `${page}/commit/${sha}` })),
    ...(files && {
      stats: { total: additions + deletions, additions, deletions },
      files: files.map((file) => presentFile(base, repository, commit.sha, file)),
    }),
  };
}
