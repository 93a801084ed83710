import type { Invitation } from '../state.ts';
import type { World } from '../world.ts';
import { notFound } from './errors.ts';
import { idParam } from './input.ts';
import { paginate } from './pagination.ts';
import { presentInvitation } from './present/invitations.ts';
import { noContent, ok } from './route.ts';
import type { Call, Route } from './route.ts';

function ownInvitation(world: World, { params, actor }: Call): Invitation {
  const id = idParam(params, 'invitation_id');
  const invitation = world.store.state.invitations.find((candidate) => candidate.id === id);
  if (!invitation || invitation.inviteeId !== actor.id) throw notFound();
  return invitation;
}

async function remove(world: World, invitation: Invitation): Promise<void> {
  const { state } = world.store;
  state.invitations = state.invitations.filter((other) => other !== invitation);
  await world.store.commit();
}

export const invitationRoutes: Route[] = [
  {
    method: 'GET',
    template: '/user/repository_invitations',
    access: 'anyone signed in',
    handle(world, call) {
      const own = world.store.state.invitations.filter(({ inviteeId }) => inviteeId === call.actor.id);
      const { items, headers } = paginate(world.links.apiUrl, call, own);
      return ok(
        items.map((invitation) => presentInvitation(world, invitation)),
        headers,
      );
    },
  },
  {
    method: 'PATCH',
    template: '/user/repository_invitations/{invitation_id}',
    access: 'anyone signed in',
    async handle(world, call) {
      const invitation = ownInvitation(world, call);
      const repository = world.store.state.repositories.find(({ id }) => id === invitation.repositoryId);
      if (!repository) throw notFound();
      repository.collaborators[String(call.actor.id)] = invitation.permission;
      await remove(world, invitation);
      return noContent;
    },
  },
  {
    method: 'DELETE',
    template: '/user/repository_invitations/{invitation_id}',
    access: 'anyone signed in',
    async handle(world, call) {
      await remove(world, ownInvitation(world, call));
      return noContent;
    },
  },
  {
    method: 'GET',
    template: '/repos/{owner}/{repo}/invitations',
    access: 'admin',
    handle(world, call) {
      const pending = world.store.state.invitations.filter(({ repositoryId }) => repositoryId === call.repository.id);
      const { items, headers } = paginate(world.links.apiUrl, call, pending);
      return ok(
        items.map((invitation) => presentInvitation(world, invitation)),
        headers,
      );
    },
  },
];
