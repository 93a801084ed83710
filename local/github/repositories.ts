import fs from 'node:fs/promises';
import type { Base } from './base.ts';
import { copyTree, initBare } from './git/trees.ts';
import { writeCommit } from './git/commits.ts';
import type { Person } from './git/commits.ts';
import { gitText } from './git/run-git.ts';
import { listRefs, moveRef, zeroSha } from './git/revisions.ts';
import { noreplyDomain } from './rest/present/commits.ts';
import type { Account, Repository, State } from './state.ts';

/** By its present name only; names are compared as GitHub does, without case. */
export function findRepository(state: State, owner: string, name: string): Repository | undefined {
  return state.repositories.find(
    (repository) =>
      repository.owner.toLowerCase() === owner.toLowerCase() && repository.name.toLowerCase() === name.toLowerCase(),
  );
}

/** By a name that it had once and that nobody took since. */
export function findRenamed(state: State, owner: string, name: string): Repository | undefined {
  const old = `${owner}/${name}`.toLowerCase();
  return state.repositories.find((repository) => repository.formerNames.includes(old));
}

export interface NewRepository {
  owner: string;
  name: string;
  private: boolean;
  description: string | null;
  createdBy: Account;
  defaultBranch?: string;
  template?: Repository;
  includeAllBranches?: boolean;
}

/** Creates the record and an empty bare repository; the caller commits the state. */
export async function createRepository(base: Base, wanted: NewRepository): Promise<Repository> {
  const now = new Date().toISOString();
  const repository: Repository = {
    id: base.store.nextId('repository'),
    owner: wanted.owner,
    name: wanted.name,
    formerNames: [],
    private: wanted.private,
    description: wanted.description,
    isTemplate: false,
    archived: false,
    defaultBranch: wanted.defaultBranch ?? 'main',
    templateId: wanted.template?.id ?? null,
    content: wanted.template ? 'generating' : 'ready',
    includeAllBranches: wanted.includeAllBranches ?? false,
    workflowsKnownAt: null,
    collaborators: {},
    createdBy: wanted.createdBy.id,
    createdAt: now,
    updatedAt: now,
    pushedAt: now,
    lastRunNumbers: {},
  };
  base.store.state.repositories.push(repository);
  try {
    await initBare(base.bareDir(repository), repository.defaultBranch);
  } catch (error) {
    base.store.state.repositories = base.store.state.repositories.filter((other) => other !== repository);
    throw error;
  }
  return repository;
}

/** Fills a generated repository: per branch one fresh commit with the template's tree. */
export async function fillFromTemplate(base: Base, repository: Repository, author: Account): Promise<void> {
  const template = base.store.state.repositories.find((candidate) => candidate.id === repository.templateId);
  if (!template) throw new Error(`the template of ${repository.name} is gone`);
  const [from, to] = [base.bareDir(template), base.bareDir(repository)];
  const person: Person = {
    name: author.login,
    email: `${author.login}@${noreplyDomain}`,
    date: repository.createdAt,
  };
  const branches = (await listRefs(from, ['refs/heads'])).filter(
    ({ ref }) => repository.includeAllBranches || ref === `refs/heads/${template.defaultBranch}`,
  );
  for (const { ref, sha } of branches) {
    const tree = await gitText(from, ['rev-parse', `${sha}^{tree}`]);
    await copyTree(from, to, tree);
    const commit = { tree, parents: [], message: 'Initial commit', author: person, committer: person };
    await moveRef(to, ref, await writeCommit(to, commit), zeroSha);
  }
  repository.content = 'ready';
}

/** Forgets a repository with everything that hangs on it. The caller has ended its runs and commits the state. */
export async function removeRepository(base: Base, repository: Repository): Promise<void> {
  const { state } = base.store;
  const others = <T extends { repositoryId: number | null }>(items: T[]): T[] =>
    items.filter((item) => item.repositoryId !== repository.id);
  state.repositories = state.repositories.filter((other) => other.id !== repository.id);
  state.invitations = others(state.invitations);
  state.workflows = others(state.workflows);
  state.runs = others(state.runs);
  state.artifacts = others(state.artifacts);
  state.hooks = others(state.hooks);
  await fs.rm(base.bareDir(repository), { recursive: true, force: true });
}
