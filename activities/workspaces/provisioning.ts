import { ApplicationFailure } from '@temporalio/common';
import { AppError } from '../../core/errors.ts';
import { systemActor } from '../../domain/identity/actor.ts';
import { isClosing } from '../../domain/workspaces/closing.ts';
import type { Workspace } from '../../models/workspace.ts';
import { recordReopened } from '../../services/workspaces/closing-records.ts';
import {
  loadProvisioning,
  recordProvisioningFailed,
  recordProvisioningStarted,
  recordReady,
} from '../../services/workspaces/provisioning-records.ts';
import { recordRepository } from '../../services/workspaces/repository-records.ts';
import type { WorkspaceInput } from '../../workflows/workspaces/workspace.contract.ts';
import { accessAtGithub } from './access.ts';
import { attemptOf, COMPONENT, notYet, type WorkspaceParts } from './parts.ts';
import { protectionAtGithub } from './protection.ts';
import { findOrGenerate } from './repository.ts';

const FIRST_LOOK_MS = 250;
const LAST_LOOK_MS = 5_000;
const LONGEST_COPY_MS = 10 * 60_000;
/** Giving access to a name and taking it from the one before are two; other names may ask meanwhile. */
const ACCESS_ROUNDS = 5;

export interface ReadyRepository {
  readonly defaultBranch: string;
  /** The commit that GitHub made of the template: what a submission's diff begins at. */
  readonly baseTemplateSha: string;
  readonly latestCommitSha: string;
}

/** How a workspace comes to be. Each step adopts what it finds; each may run twice. */
export function provisioningActivities({ units, forge, turns, settings, log }: WorkspaceParts) {
  const access = accessAtGithub({ forge, turns, log });
  const protect = protectionAtGithub({ units, forge, turns, log });
  const { workflowFile } = settings.github;
  const load = (input: WorkspaceInput): Promise<Workspace> =>
    units.read(systemActor(input.orgId, COMPONENT), () => loadProvisioning(input));

  return {
    /**
     * `closes`: the session is over, and all that is left to do is to close the repository.
     * @throws {AppError} WORKSPACE_UNKNOWN; CONFLICT when the row lives on in another generation
     */
    beginProvisioning: (input: WorkspaceInput): Promise<{ proceed: boolean; closes?: true }> =>
      units.write(systemActor(input.orgId, COMPONENT), async (uow) => {
        if (!(await recordProvisioningStarted(uow, input))) return { proceed: false };
        const { repositoryState } = await loadProvisioning(input);
        return { proceed: true, ...(isClosing(repositoryState) && { closes: true }) };
      }),

    ensureRepository: async (input: WorkspaceInput): Promise<{ repoId: string; fullName: string }> => {
      const { id: repoId, fullName } = await findOrGenerate({ forge, turns }, await load(input));
      await units.write(systemActor(input.orgId, COMPONENT), (uow) =>
        recordRepository(uow, { ...input, repoId, repoFullName: fullName }),
      );
      return { repoId, fullName };
    },

    /**
     * Ready: the tree equals the template's and GitHub would run the workflow file.
     * @throws {ApplicationFailure} WORKSPACE_NOT_READY, to be asked again @throws {AppError} TEMPLATE_BROKEN
     */
    checkReady: async (input: WorkspaceInput & { readonly repoId: string }): Promise<ReadyRepository> => {
      const workspace = await load(input);
      const { repoFullName, templateRepo, baseTemplateSha } = workspace;
      if (baseTemplateSha !== null) {
        // It was ready before; what candidates have made of it since says nothing about that.
        const { defaultBranch, latestCommitSha } = workspace;
        return {
          defaultBranch: defaultBranch ?? 'main',
          baseTemplateSha,
          latestCommitSha: latestCommitSha ?? baseTemplateSha,
        };
      }
      const { defaultBranch, createdAt } = await forge.getRepository(repoFullName);
      const head = await forge.getBranchHead(repoFullName, defaultBranch);
      if (!head) throw notCopied('GitHub is still copying the template', createdAt);
      if (!(await forge.sameTree(templateRepo, head.treeSha)))
        throw notCopied('The repository is not what the template is', createdAt);
      if (!(await forge.workflowIsDispatchable(repoFullName, workflowFile))) {
        if (!(await forge.hasWorkflowFile(templateRepo, workflowFile))) throw new AppError('TEMPLATE_BROKEN');
        throw notReady('GitHub does not know the workflow file yet');
      }
      return { defaultBranch, baseTemplateSha: head.sha, latestCommitSha: head.sha };
    },

    /**
     * Opens the repository if it is archived, gives the candidate access, records that it can be worked in, with access or without,
     * and then protects it. `closes`: the session has ended meanwhile.
     */
    grantAccessAndSettle: async (
      input: WorkspaceInput & ReadyRepository & { readonly repoId: string },
    ): Promise<{ accessGrantedTo: string | null; closes?: true }> => {
      for (let round = 0; round < ACCESS_ROUNDS; round += 1) {
        const workspace = await load(input);
        if (workspace.repositoryState === 'reopening') {
          const { orgId, id, generation, repoFullName } = workspace;
          const wanted = { orgId, key: `reopen/${id}/${generation}`, priority: 'candidate' } as const;
          await turns.inTurn(wanted, () => forge.unarchiveRepository(repoFullName));
          await units.write(systemActor(input.orgId, COMPONENT), (uow) => recordReopened(uow, input));
          continue;
        }
        const revocations = await access.revoke(workspace);
        // What was taken away is recorded before anything waits for its turn: else it would be taken away again.
        const grant = revocations.revoked.length > 0 ? access.leave(workspace) : await access.grant(workspace);
        const facts = { ...input, ...revocations, ...grant };
        const actor = systemActor(input.orgId, COMPONENT);
        const settled = await units.write(actor, (uow) => recordReady(uow, facts));
        const { accessGrantedTo } = facts;
        if (settled) {
          await protect(input.orgId, input.workspaceId);
          return { accessGrantedTo };
        }
        if (isClosing(workspace.repositoryState)) return { accessGrantedTo, closes: true };
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

/** What GitHub has not copied by then it does not copy any more: the next life makes it anew. */
function notCopied(message: string, createdAt: Date) {
  if (Date.now() - createdAt.getTime() > LONGEST_COPY_MS) return ApplicationFailure.nonRetryable(message, 'TIMED_OUT');
  return notReady(message);
}

function notReady(message: string) {
  const delayMs = Math.min(FIRST_LOOK_MS * 2 ** (attemptOf() - 1), LAST_LOOK_MS);
  return notYet('WORKSPACE_NOT_READY', message, delayMs);
}
