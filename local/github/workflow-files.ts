import type { ReadWorkflow, WorkflowInfo } from './actions/types.ts';
import type { Base } from './base.ts';
import { resolveCommit } from './git/revisions.ts';
import { findEntry, readBlob, readTree } from './git/trees.ts';
import type { Repository, WorkflowFile } from './state.ts';

const folder = '.github/workflows';

/** The record of a workflow file; its id stays the same as long as the repository lives. */
function recordOf(base: Base, repository: Repository, path: string): WorkflowFile {
  const { state } = base.store;
  const known = state.workflows.find((file) => file.repositoryId === repository.id && file.path === path);
  if (known) return known;
  const file: WorkflowFile = {
    id: base.store.nextId('workflow'),
    repositoryId: repository.id,
    path,
    createdAt: new Date().toISOString(),
  };
  state.workflows.push(file);
  return file;
}

/** The workflow files on the default branch; none while GitHub would not know them yet. */
export async function listWorkflowFiles(base: Base, repository: Repository): Promise<WorkflowFile[]> {
  const { workflowsKnownAt } = repository;
  if (workflowsKnownAt !== null && Date.parse(workflowsKnownAt) > Date.now()) return [];
  const dir = base.bareDir(repository);
  const head = await resolveCommit(dir, `refs/heads/${repository.defaultBranch}`);
  const entry = head && (await findEntry(dir, head, folder));
  if (!entry || entry.type !== 'tree') return [];
  const names = (await readTree(dir, entry.sha)).filter(({ type, path }) => type === 'blob' && /\.ya?ml$/.test(path));
  const known = base.store.state.workflows.length;
  const files = names.map(({ path }) => recordOf(base, repository, `${folder}/${path}`));
  if (base.store.state.workflows.length > known) await base.store.commit();
  return files;
}

/** By numeric id, file name or path. */
export async function findWorkflowFile(
  base: Base,
  repository: Repository,
  key: string,
): Promise<WorkflowFile | undefined> {
  const files = await listWorkflowFiles(base, repository);
  return files.find(({ id, path }) => String(id) === key || path === key || path === `${folder}/${key}`);
}

/** Reads a workflow file at a commit: null when it is not there. Throws what is wrong with the file. */
export async function readWorkflowAt(
  base: Base,
  read: ReadWorkflow,
  repository: Repository,
  { path, sha }: { path: string; sha: string },
): Promise<WorkflowInfo | null> {
  const dir = base.bareDir(repository);
  const entry = await findEntry(dir, sha, path);
  if (!entry || entry.type !== 'blob') return null;
  return read((await readBlob(dir, entry.sha, 1024 * 1024)).toString('utf8'));
}

/** The name to show: the file's own, or its path when it cannot be read. */
export async function workflowName(
  base: Base,
  read: ReadWorkflow,
  repository: Repository,
  file: WorkflowFile,
): Promise<string> {
  const dir = base.bareDir(repository);
  const sha = await resolveCommit(dir, `refs/heads/${repository.defaultBranch}`);
  if (!sha) return file.path;
  const info = await readWorkflowAt(base, read, repository, { path: file.path, sha }).catch(() => null);
  return info?.name || file.path;
}
