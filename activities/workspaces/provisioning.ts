import type { GithubForge } from '../../adapters/github/index.ts';
import { AppError } from '../../core/errors.ts';
import { systemActor } from '../../domain/identity/actor.ts';
import type { Workspace } from '../../models/workspace.ts';
import {
  loadProvisioning,
  recordProvisioningFailed,
  recordProvisioningStarted,
  recordReady,
} from '../../services/workspaces/provisioning-records.ts';
import type { WorkspaceInput } from '../../workflows/workspaces/workspace.contract.ts';
import { accessAtGithub } from './access.ts';
import { attemptOf, notYet, type WorkspaceParts } from './parts.ts';

const COMPONENT = 'workflow:workspace';
const FIRST_LOOK_MS = 250;
const LAST_LOOK_MS = 5_000;
/** Giving access to a name and taking it from the one before are two; other names may ask meanwhile. */
const ACCESS_ROUNDS = 5;

export interface ReadyRepository {
  readonly defaultBranch: string;
  /** The commit that GitHub made of the template: what a submission's diff begins at. */
  readonly baseTemplateSha: string;
  readonly latestCommitSha: string;
}

/** How a workspace comes to be. Each step adopts what it finds; each may run twice. */
export function provisioningActivities({ units, forge, settings, log }: WorkspaceParts) {
  const access = accessAtGithub({ forge, log });
  const { workflowFile } = settings.github;
  const load = (input: WorkspaceInput): Promise<Workspace> =>
    units.read(systemActor(input.orgId, COMPONENT), () => loadProvisioning(input));

  return {
    /** @throws {AppError} WORKSPACE_UNKNOWN; CONFLICT when the row lives on in another generation */
    beginProvisioning: async (input: WorkspaceInput): Promise<{ proceed: boolean }> => {
      const actor = systemActor(input.orgId, COMPONENT);
      return { proceed: await units.write(actor, (uow) => recordProvisioningStarted(uow, input)) };
    },

    ensureRepository: async (input: WorkspaceInput): Promise<{ repoId: string; fullName: string }> => {
      const workspace = await load(input);
      const repository = await findOrGenerate(forge, workspace);
      if (workspace.repoId !== null && workspace.repoId !== repository.id) {
        throw new AppError('CONFLICT', `Another repository has taken the name ${workspace.repoFullName}`);
      }
      return { repoId: repository.id, fullName: repository.fullName };
    },

    /**
     * Ready: the tree equals the template's and GitHub would run the workflow file.
     * @throws {ApplicationFailure} WORKSPACE_NOT_READY, to be asked again @throws {AppError} TEMPLATE_BROKEN
     */
    checkReady: async (input: WorkspaceInput & { readonly repoId: string }): Promise<ReadyRepository> => {
      const { repoFullName, templateRepo, baseTemplateSha } = await load(input);
      const { defaultBranch } = await forge.getRepository(repoFullName);
      const head = await forge.getBranchHead(repoFullName, defaultBranch);
      if (!head) throw notReady('GitHub is still copying the template');
      if (baseTemplateSha !== null) return { defaultBranch, baseTemplateSha, latestCommitSha: head.sha };
      if (!(await forge.sameTree(templateRepo, head.treeSha)))
        throw notReady('The repository is not what the template is');
      if (!(await forge.workflowIsDispatchable(repoFullName, workflowFile))) {
        if (!(await forge.hasWorkflowFile(templateRepo, workflowFile))) throw new AppError('TEMPLATE_BROKEN');
        throw notReady('GitHub does not know the workflow file yet');
      }
      return { defaultBranch, baseTemplateSha: head.sha, latestCommitSha: head.sha };
    },

    /** Gives the candidate access and records that the repository can be worked in, with or without it. */
    grantAccessAndSettle: async (
      input: WorkspaceInput & ReadyRepository & { readonly repoId: string },
    ): Promise<{ accessGrantedTo: string | null }> => {
      for (let round = 0; round < ACCESS_ROUNDS; round += 1) {
        const workspace = await load(input);
        const facts = { ...input, ...(await access.revoke(workspace)), ...(await access.grant(workspace)) };
        const actor = systemActor(input.orgId, COMPONENT);
        const settled = await units.write(actor, (uow) => recordReady(uow, facts));
        if (settled) return { accessGrantedTo: facts.accessGrantedTo };
      }
      throw notYet('WORKSPACE_ACCESS_CHANGING', 'The name that asks for access keeps changing', LAST_LOOK_MS);
    },

    recordProvisioningFailure: (
      input: WorkspaceInput & { readonly reason: string; readonly errorCode: string },
    ): Promise<void> => {
      return units.write(systemActor(input.orgId, COMPONENT), (uow) => recordProvisioningFailed(uow, input));
    },
  };
}

function findOrGenerate(forge: GithubForge, { id, repoId, repoFullName, templateRepo }: Workspace) {
  if (repoId !== null) return forge.getRepository(repoFullName);
  const [owner = '', name = ''] = repoFullName.split('/');
  return forge.generateFromTemplate({
    templateFullName: templateRepo,
    owner,
    name,
    description: `Tenon workspace ${id}`,
  });
}

function notReady(message: string) {
  const delayMs = Math.min(FIRST_LOOK_MS * 2 ** (attemptOf() - 1), LAST_LOOK_MS);
  return notYet('WORKSPACE_NOT_READY', message, delayMs);
}
