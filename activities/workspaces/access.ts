import { AppError } from '../../core/errors.ts';
import { invitationMayHaveEnded, sameLogin } from '../../domain/workspaces/workspace.ts';
import type { Workspace } from '../../models/workspace.ts';
import type { Grant, Revocations } from '../../services/workspaces/provisioning-records.ts';
import { attemptOf, type WorkspaceParts } from './parts.ts';

/** Beyond that, a candidate gets their repository without access rather than nothing. */
const ACCESS_TRIES = 3;

/** Who may push. What GitHub refuses, or an outage, costs the access, not the repository. */
export function accessAtGithub({ forge, log }: Pick<WorkspaceParts, 'forge' | 'log'>) {
  /** A name that has only asked may be ours, an administrator's or nobody's: none of them had anything from us. */
  async function isStranger(repoFullName: string, name: string): Promise<boolean> {
    try {
      return !(await forge.administers(repoFullName, name));
    } catch (error) {
      if (error instanceof AppError && error.code === 'GITHUB_NOT_FOUND') return false;
      throw error;
    }
  }

  return {
    /** Lets the name that the row holds push, and only that: whoever had access before is the next step's. */
    async grant(workspace: Workspace): Promise<Grant> {
      const { id, repoFullName, githubUsername: askedFor, accessGrantedTo, accessGrantedAt } = workspace;
      if (askedFor === null) return { askedFor, accessGrantedTo: null, accessErrorCode: null }; // it was withdrawn
      if (sameLogin(askedFor, accessGrantedTo) && !invitationMayHaveEnded(accessGrantedAt, new Date())) {
        return { askedFor, accessGrantedTo, accessErrorCode: null };
      }
      try {
        // Naming us or an administrator would lower their rights, and the next name would take them away.
        if (await forge.administers(repoFullName, askedFor)) throw new AppError('INVALID_GITHUB_USERNAME');
        await forge.addCollaborator(repoFullName, askedFor);
        return { askedFor, accessGrantedTo: askedFor, accessErrorCode: null, renewed: true };
      } catch (error) {
        const { code } = lasting(error);
        log.warn({ workspaceId: id, code }, 'the candidate could not be given access');
        return { askedFor, accessGrantedTo, accessErrorCode: code };
      }
    },

    /** Takes access from the names that the row wants gone. */
    async revoke({
      id,
      repoFullName,
      accessToRevoke,
    }: Pick<Workspace, 'id' | 'repoFullName' | 'accessToRevoke'>): Promise<Revocations> {
      const revoked: string[] = [];
      const failed: string[] = [];
      let revocationErrorCode: string | null = null;
      for (const name of accessToRevoke) {
        try {
          if (await isStranger(repoFullName, name)) await forge.removeCollaborator(repoFullName, name);
          revoked.push(name);
        } catch (error) {
          const { code } = lasting(error);
          log.warn({ workspaceId: id, code }, 'access could not be taken away');
          failed.push(name);
          revocationErrorCode = code;
        }
      }
      return { revoked, failed, revocationErrorCode };
    },
  };
}

/** Throws what another try of the activity may cure. */
function lasting(error: unknown): AppError {
  if (!(error instanceof AppError) || (error.retryable && attemptOf() < ACCESS_TRIES)) throw error;
  return error;
}
