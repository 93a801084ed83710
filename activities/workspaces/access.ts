import { AppError } from '../../core/errors.ts';
import { invitationMayHaveEnded, sameLogin } from '../../domain/workspaces/workspace.ts';
import type { Workspace } from '../../models/workspace.ts';
import type { Grant, Revocations } from '../../services/workspaces/provisioning-records.ts';
import type { WorkspaceParts } from './parts.ts';

/** Beyond that, a candidate gets their repository without access rather than nothing. */
const ACCESS_TRIES = 3;

export type RevocationsWanted = Pick<Workspace, 'id' | 'orgId' | 'generation' | 'repoFullName' | 'accessToRevoke'>;

/** Who may push. What GitHub refuses, or an outage, costs the access, not the repository. */
export function accessAtGithub({ forge, turns, log }: Pick<WorkspaceParts, 'forge' | 'turns' | 'log'>) {
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
      const { id, orgId, generation, repoFullName, githubUsername: askedFor } = workspace;
      const { accessGrantedTo, accessGrantedAt } = workspace;
      if (askedFor === null) return { askedFor, accessGrantedTo: null, accessErrorCode: null }; // it was withdrawn
      if (sameLogin(askedFor, accessGrantedTo) && !invitationMayHaveEnded(accessGrantedAt, new Date())) {
        return { askedFor, accessGrantedTo, accessErrorCode: null };
      }
      let tries = 0;
      try {
        const wanted = { orgId, key: `access/${id}/${generation}/${askedFor}`, priority: 'candidate' } as const;
        await turns.inTurn(wanted, async (turn) => {
          tries = turn.tries;
          // Naming us or an administrator would lower their rights, and the next name would take them away.
          if (await forge.administers(repoFullName, askedFor)) throw new AppError('INVALID_GITHUB_USERNAME');
          await forge.addCollaborator(repoFullName, askedFor);
        });
        return { askedFor, accessGrantedTo: askedFor, accessErrorCode: null, renewed: true };
      } catch (error) {
        const { code } = lasting(error, tries);
        log.warn({ workspaceId: id, code }, 'the candidate could not be given access');
        return { askedFor, accessGrantedTo, accessErrorCode: code };
      }
    },

    /** Nobody else is let in for now: who waits for that is not done yet. */
    leave({ accessGrantedTo }: Workspace): Grant {
      return { askedFor: accessGrantedTo, accessGrantedTo, accessErrorCode: null };
    },

    /** Takes access from the names that the row wants gone; from some of them, when another's turn has not come yet. */
    async revoke({ id, orgId, generation, repoFullName, accessToRevoke }: RevocationsWanted): Promise<Revocations> {
      const revoked: string[] = [];
      const failed: string[] = [];
      let revocationErrorCode: string | null = null;
      for (const name of accessToRevoke) {
        let tries = 0;
        try {
          const wanted = { orgId, key: `revoke/${id}/${generation}/${name}`, priority: 'background' } as const;
          await turns.inTurn(wanted, async (turn) => {
            tries = turn.tries;
            if (await isStranger(repoFullName, name)) await forge.removeCollaborator(repoFullName, name);
          });
          revoked.push(name);
        } catch (error) {
          if (revoked.length > 0 && isPassing(error, tries)) break;
          const { code } = lasting(error, tries);
          log.warn({ workspaceId: id, code }, 'access could not be taken away');
          failed.push(name);
          revocationErrorCode = code;
        }
      }
      return { revoked, failed, revocationErrorCode };
    },
  };
}

/** Whether another try may cure it. A limit of GitHub's always passes, and costs nobody anything but time. */
function isPassing(error: unknown, tries: number): boolean {
  if (!(error instanceof AppError) || error.code === 'GITHUB_RATE_LIMITED') return true;
  return error.retryable && tries < ACCESS_TRIES;
}

/** Throws what another try of the activity may cure. */
function lasting(error: unknown, tries: number): AppError {
  if (isPassing(error, tries)) throw error;
  return error as AppError;
}
