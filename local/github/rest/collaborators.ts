import { accountById, findAccount, permissionOf } from '../accounts.ts';
import { permissions } from '../state.ts';
import type { Account, Invitation, Permission } from '../state.ts';
import type { World } from '../world.ts';
import { notFound, validationFailed } from './errors.ts';
import { optionalText } from './input.ts';
import { paginate } from './pagination.ts';
import { presentInvitation } from './present/invitations.ts';
import { permissionFlags, presentUser, roleName } from './present/users.ts';
import { created, noContent, ok } from './route.ts';
import type { RepositoryCall, Route } from './route.ts';

function namedAccount(world: World, { params }: RepositoryCall): Account {
  const account = findAccount(world.store.state, params['username'] ?? '');
  if (!account || account.type !== 'User') throw notFound();
  return account;
}

function presentCollaborator(world: World, account: Account, permission: Permission | null): Record<string, unknown> {
  return {
    ...presentUser(world.links, account),
    permissions: permissionFlags(permission),
    role_name: permission ? roleName(permission) : 'none',
  };
}

function wantedPermission({ body }: RepositoryCall): Permission {
  const text = optionalText(body, 'permission') ?? 'push';
  const permission = permissions.find((known) => known === text);
  if (!permission) throw validationFailed({ resource: 'Repository', code: 'invalid', field: 'permission' });
  return permission;
}

function invite(
  world: World,
  { repository, actor }: RepositoryCall,
  invitee: Account,
  permission: Permission,
): Invitation {
  const { state } = world.store;
  const pending = state.invitations.find(
    (invitation) => invitation.repositoryId === repository.id && invitation.inviteeId === invitee.id,
  );
  if (pending) {
    pending.permission = permission;
    return pending;
  }
  const invitation: Invitation = {
    id: world.store.nextId('invitation'),
    repositoryId: repository.id,
    inviteeId: invitee.id,
    inviterId: actor.id,
    permission,
    createdAt: new Date().toISOString(),
  };
  state.invitations.push(invitation);
  return invitation;
}

/** A right that comes from the organisation or from owning, not from having been invited. */
function hasStandingRight(world: World, { repository }: RepositoryCall, account: Account): boolean {
  return permissionOf(world.store.state, account, { ...repository, collaborators: {}, private: true }) !== null;
}

export const collaboratorRoutes: Route[] = [
  {
    method: 'GET',
    template: '/repos/{owner}/{repo}/collaborators',
    access: 'push',
    handle(world, call) {
      const { state } = world.store;
      const ids = new Set([...state.orgAdminIds, ...Object.keys(call.repository.collaborators).map(Number)]);
      const accounts = [...ids].flatMap((id) => accountById(state, id) ?? []);
      const { items, headers } = paginate(world.links.apiUrl, call, accounts);
      const present = (account: Account): object =>
        presentCollaborator(world, account, permissionOf(state, account, call.repository));
      return ok(items.map(present), headers);
    },
  },
  {
    method: 'GET',
    template: '/repos/{owner}/{repo}/collaborators/{username}',
    access: 'push',
    handle(world, call) {
      const account = namedAccount(world, call);
      const direct = call.repository.collaborators[String(account.id)];
      if (!direct && !hasStandingRight(world, call, account)) throw notFound();
      return noContent;
    },
  },
  {
    method: 'PUT',
    template: '/repos/{owner}/{repo}/collaborators/{username}',
    access: 'admin',
    async handle(world, call) {
      const account = namedAccount(world, call);
      const permission = wantedPermission(call);
      const { repository } = call;
      const key = String(account.id);
      if (hasStandingRight(world, call, account)) return noContent;
      if (repository.collaborators[key]) {
        repository.collaborators[key] = permission;
        await world.store.commit();
        return noContent;
      }
      const invitation = invite(world, call, account, permission);
      await world.store.commit();
      return created(presentInvitation(world, invitation));
    },
  },
  {
    method: 'DELETE',
    template: '/repos/{owner}/{repo}/collaborators/{username}',
    access: 'admin',
    async handle(world, call) {
      const account = namedAccount(world, call);
      const { state } = world.store;
      delete call.repository.collaborators[String(account.id)];
      state.invitations = state.invitations.filter(
        (invitation) => invitation.repositoryId !== call.repository.id || invitation.inviteeId !== account.id,
      );
      await world.store.commit();
      return noContent;
    },
  },
  {
    method: 'GET',
    template: '/repos/{owner}/{repo}/collaborators/{username}/permission',
    access: 'push',
    handle(world, call) {
      const account = namedAccount(world, call);
      const permission = permissionOf(world.store.state, account, call.repository);
      const legacy: Record<Permission, string> = {
        pull: 'read',
        triage: 'read',
        push: 'write',
        maintain: 'write',
        admin: 'admin',
      };
      return ok({
        permission: permission ? legacy[permission] : 'none',
        role_name: permission ? roleName(permission) : 'none',
        user: presentCollaborator(world, account, permission),
      });
    },
  },
];
