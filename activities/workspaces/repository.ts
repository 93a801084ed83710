import type { GithubForge } from '../../adapters/github/index.ts';
import { AppError } from '../../core/errors.ts';
import { carriesWorkspace } from '../../domain/workspaces/closing.ts';
import { workspaceDescription } from '../../domain/workspaces/workspace.ts';
import type { Workspace } from '../../models/workspace.ts';
import { generateKey } from '../../services/workspaces/turn-keys.ts';
import type { WorkspaceParts } from './parts.ts';

type Parts = Pick<WorkspaceParts, 'forge' | 'turns'>;

export type Repository = Awaited<ReturnType<GithubForge['getRepository']>>;

/** GitHub copies a template within seconds; what is not one after this will not become one. */
const COPY_MS = 5 * 60_000;

/** Undefined when GitHub has none of the name, or does not show it to us. */
export async function findRepository(forge: GithubForge, repo: string): Promise<Repository | undefined> {
  try {
    return await forge.getRepository(repo);
  } catch (error) {
    if (error instanceof AppError && error.code === 'GITHUB_NOT_FOUND') return undefined;
    throw error;
  }
}

/**
 * The repository of a workspace: what is there, else a new one. One that was lost at GitHub is made anew; so is one that nobody ever
 * worked in and that is not what the template is, long after it was made.
 * @throws {AppError} CONFLICT when a stranger's has the name; REPOSITORY_NAME_TAKEN the same, before we had one
 */
export async function findOrGenerate({ forge, turns }: Parts, workspace: Workspace): Promise<Repository> {
  const { id, orgId, generation, repoId, repoFullName, templateRepo, baseTemplateSha } = workspace;
  const [owner = '', name = ''] = repoFullName.split('/');
  const wanted = { templateFullName: templateRepo, owner, name, description: workspaceDescription(id) };
  const priority = workspace.initializedAt === null ? 'background' : 'candidate';
  const generate = () =>
    turns.inTurn({ orgId, key: generateKey(id), priority }, () => forge.generateFromTemplate(wanted));
  if (repoId === null) return generate(); // adopts what an earlier try has made
  const found = await findRepository(forge, repoFullName);
  if (!found) return generate();
  const isOurs = carriesWorkspace(found, id);
  if (found.id !== repoId && !isOurs) {
    throw new AppError('CONFLICT', `Another repository has taken the name ${repoFullName}`);
  }
  const mayBeHalfMade = found.id === repoId && isOurs && baseTemplateSha === null;
  if (!mayBeHalfMade || !(await isHalfMade(forge, workspace, found))) return found;
  const key = `delete/${id}/${generation}`;
  await turns.inTurn({ orgId, key, priority }, () => forge.deleteRepository(found.fullName));
  return generate();
}

async function isHalfMade(forge: GithubForge, { templateRepo }: Workspace, found: Repository): Promise<boolean> {
  if (Date.now() - found.createdAt.getTime() < COPY_MS) return false;
  const head = await forge.getBranchHead(found.fullName, found.defaultBranch);
  return head === null || !(await forge.sameTree(templateRepo, head.treeSha));
}
