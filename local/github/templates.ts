import { findAccount } from './accounts.ts';
import type { Base } from './base.ts';
import { writeCommit } from './git/commits.ts';
import { moveRef, resolveCommit, zeroSha } from './git/revisions.ts';
import { gitText } from './git/run-git.ts';
import { copyTree, importFolder, patchTree, removeFromTree } from './git/trees.ts';
import { createRepository, findRepository, removeRepository } from './repositories.ts';
import type { Account, Repository } from './state.ts';

/** A folder whose content becomes the template repository `tenon-template-<key>`. */
export interface Template {
  key: string;
  folder: string;
  description: string;
  /** Patches that solve every task: the branch `solution`, which candidates' repositories do not get. */
  solution?: readonly string[];
}

/** Author and date are fixed, so that the same content has the same SHA everywhere. */
const author = { name: 'Tenon', email: 'templates@tenon.invalid', date: '2026-01-05T09:00:00Z' };

function templateName(key: string): string {
  return `tenon-template-${key}`;
}

function withoutWorkflowName(key: string): string {
  return `${templateName(key)}-without-workflow`;
}

async function ensureTemplate(base: Base, name: string, description: string, admin: Account): Promise<Repository> {
  const existing = findRepository(base.store.state, base.org, name);
  if (existing) return existing;
  const created = await createRepository(base, {
    owner: base.org,
    name,
    private: true,
    description,
    createdBy: admin,
  });
  created.isTemplate = true;
  return created;
}

async function commitTree(
  base: Base,
  repository: Repository,
  tree: string,
  message: string,
  branch = repository.defaultBranch,
): Promise<void> {
  const dir = base.bareDir(repository);
  const head = await resolveCommit(dir, `refs/heads/${branch}`);
  if (head && (await gitText(dir, ['rev-parse', `${head}^{tree}`])) === tree) return;
  const parent = head ?? (await resolveCommit(dir, `refs/heads/${repository.defaultBranch}`));
  const parents = parent ? [parent] : [];
  const commit = await writeCommit(dir, { tree, parents, message, author, committer: author });
  await moveRef(dir, `refs/heads/${branch}`, commit, head ?? zeroSha);
  repository.pushedAt = new Date().toISOString();
}

/** Makes or updates the template repository of a folder: one commit a branch, and one more for each change since. */
export async function importTemplate(base: Base, template: Template, admin: Account): Promise<void> {
  const repository = await ensureTemplate(base, templateName(template.key), template.description, admin);
  repository.description = template.description;
  const tree = await importFolder(base.bareDir(repository), template.folder);
  await commitTree(base, repository, tree, `Template ${template.key}`);
  if (!template.solution) return;
  const solved = await patchTree(base.bareDir(repository), tree, template.solution);
  await commitTree(base, repository, solved, `Solution of ${template.key}`, 'solution');
}

/** A second template repository with the same content but for `.github/workflows`. Null: no such template. */
export async function makeTemplateWithoutWorkflow(base: Base, key: string): Promise<Repository | null> {
  const { state } = base.store;
  const original = findRepository(state, base.org, templateName(key));
  const admin = state.accounts.find((account) => state.orgAdminIds.includes(account.id));
  if (!original || !admin || !findAccount(state, base.org)) return null;
  const copy = await ensureTemplate(base, withoutWorkflowName(key), 'Template without its workflow file', admin);
  const from = base.bareDir(original);
  const tree = await removeFromTree(from, `refs/heads/${original.defaultBranch}^{tree}`, '.github/workflows');
  await copyTree(from, base.bareDir(copy), tree);
  await commitTree(base, copy, tree, `Template ${key} without workflow`);
  return copy;
}

/** Removes what `makeTemplateWithoutWorkflow` made; false when there is nothing. */
export async function removeTemplateWithoutWorkflow(base: Base, key: string): Promise<boolean> {
  const copy = findRepository(base.store.state, base.org, withoutWorkflowName(key));
  if (!copy) return false;
  await removeRepository(base, copy);
  return true;
}
