import { findAccount } from '../../accounts.ts';
import type { Base } from '../../base.ts';
import { fullName, githubTime, nodeId } from '../../links.ts';
import type { Permission, Repository } from '../../state.ts';
import { permissionFlags, presentUser } from './users.ts';

/** Paths below a repository's API address that GitHub lists as `<name>_url`. */
const subresources: Record<string, string> = {
  archive_url: '/{archive_format}{/ref}',
  assignees_url: '/assignees{/user}',
  blobs_url: '/git/blobs{/sha}',
  branches_url: '/branches{/branch}',
  collaborators_url: '/collaborators{/collaborator}',
  comments_url: '/comments{/number}',
  commits_url: '/commits{/sha}',
  compare_url: '/compare/{base}...{head}',
  contents_url: '/contents/{+path}',
  contributors_url: '/contributors',
  deployments_url: '/deployments',
  downloads_url: '/downloads',
  events_url: '/events',
  forks_url: '/forks',
  git_commits_url: '/git/commits{/sha}',
  git_refs_url: '/git/refs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  hooks_url: '/hooks',
  issue_comment_url: '/issues/comments{/number}',
  issue_events_url: '/issues/events{/number}',
  issues_url: '/issues{/number}',
  keys_url: '/keys{/key_id}',
  labels_url: '/labels{/name}',
  languages_url: '/languages',
  merges_url: '/merges',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  pulls_url: '/pulls{/number}',
  releases_url: '/releases{/id}',
  stargazers_url: '/stargazers',
  statuses_url: '/statuses/{sha}',
  subscribers_url: '/subscribers',
  subscription_url: '/subscription',
  tags_url: '/tags',
  teams_url: '/teams',
  trees_url: '/git/trees{/sha}',
};

/** GitHub's `minimal-repository`, as it appears inside other objects. */
export function presentMinimalRepository(base: Base, repository: Repository): Record<string, unknown> {
  const owner = findAccount(base.store.state, repository.owner);
  const api = base.links.repositoryApi(repository);
  return {
    id: repository.id,
    node_id: nodeId('Repository', repository.id),
    name: repository.name,
    full_name: fullName(repository),
    private: repository.private,
    owner: owner ? presentUser(base.links, owner) : null,
    html_url: base.links.repositoryPage(repository),
    description: repository.description,
    fork: false,
    url: api,
    ...Object.fromEntries(Object.entries(subresources).map(([name, path]) => [name, api + path])),
  };
}

/** GitHub's `repository`, without what only its own page shows. */
export function presentRepository(
  base: Base,
  repository: Repository,
  permission: Permission | null,
): Record<string, unknown> {
  const page = base.links.repositoryPage(repository);
  const { host } = new URL(base.links.url);
  return {
    ...presentMinimalRepository(base, repository),
    created_at: githubTime(repository.createdAt),
    updated_at: githubTime(repository.updatedAt),
    pushed_at: githubTime(repository.pushedAt),
    git_url: `git://${host}/${fullName(repository)}.git`,
    ssh_url: `git@${host}:${fullName(repository)}.git`,
    clone_url: `${page}.git`,
    svn_url: page,
    mirror_url: null,
    homepage: null,
    size: 0,
    stargazers_count: 0,
    watchers_count: 0,
    language: null,
    has_issues: true,
    has_projects: false,
    has_downloads: true,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    forks_count: 0,
    archived: repository.archived,
    disabled: false,
    open_issues_count: 0,
    license: null,
    allow_forking: false,
    is_template: repository.isTemplate,
    web_commit_signoff_required: false,
    topics: [],
    visibility: repository.private ? 'private' : 'public',
    forks: 0,
    open_issues: 0,
    watchers: 0,
    default_branch: repository.defaultBranch,
    permissions: permissionFlags(permission),
  };
}

/** GitHub's `full-repository`. */
export function presentFullRepository(
  base: Base,
  repository: Repository,
  permission: Permission | null,
): Record<string, unknown> {
  const { state } = base.store;
  const owner = findAccount(state, repository.owner);
  const template = state.repositories.find((candidate) => candidate.id === repository.templateId);
  return {
    ...presentRepository(base, repository, permission),
    temp_clone_token: '',
    allow_squash_merge: true,
    allow_merge_commit: true,
    allow_rebase_merge: true,
    allow_auto_merge: false,
    delete_branch_on_merge: false,
    allow_update_branch: false,
    subscribers_count: 0,
    network_count: 0,
    ...(owner?.type === 'Organization' && { organization: presentUser(base.links, owner) }),
    ...(template && { template_repository: presentRepository(base, template, permission) }),
  };
}
