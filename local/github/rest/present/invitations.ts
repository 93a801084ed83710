import { accountById } from '../../accounts.ts';
import type { Base } from '../../base.ts';
import { githubTime, nodeId } from '../../links.ts';
import type { Invitation } from '../../state.ts';
import { presentMinimalRepository } from './repositories.ts';
import { presentUser, roleName } from './users.ts';

/** GitHub's `repository-invitation`. */
export function presentInvitation(base: Base, invitation: Invitation): Record<string, unknown> {
  const { state } = base.store;
  const repository = state.repositories.find((candidate) => candidate.id === invitation.repositoryId);
  if (!repository) throw new Error(`invitation ${invitation.id} has lost its repository`);
  const [invitee, inviter] = [invitation.inviteeId, invitation.inviterId].map((id) => accountById(state, id));
  return {
    id: invitation.id,
    node_id: nodeId('RepositoryInvitation', invitation.id),
    repository: presentMinimalRepository(base, repository),
    invitee: invitee ? presentUser(base.links, invitee) : null,
    inviter: inviter ? presentUser(base.links, inviter) : null,
    permissions: roleName(invitation.permission),
    created_at: githubTime(invitation.createdAt),
    expired: false,
    url: `${base.links.apiUrl}/user/repository_invitations/${invitation.id}`,
    html_url: `${base.links.repositoryPage(repository)}/invitations`,
  };
}
