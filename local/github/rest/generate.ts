import { findAccount } from '../accounts.ts';
import { createRepository } from '../repositories.ts';
import type { Account } from '../state.ts';
import { repositoryEvent } from '../webhooks/payloads.ts';
import type { World } from '../world.ts';
import { forbidden, notFound, unprocessable } from './errors.ts';
import { optionalFlag, optionalText, requiredText } from './input.ts';
import { presentFullRepository } from './present/repositories.ts';
import { assertFreeName } from './repositories.ts';
import { created } from './route.ts';
import type { Call, Route } from './route.ts';

function ownerFor(world: World, { actor, by }: Call, login: string): Account {
  const owner = findAccount(world.store.state, login);
  if (!owner) throw notFound();
  const isOwn = owner.id === actor.id;
  const isAdmin = by.kind === 'installation' || world.store.state.orgAdminIds.includes(actor.id);
  const administers = owner.type === 'Organization' && isAdmin;
  if (!isOwn && !administers) throw forbidden(`${actor.login} may not create repositories for ${owner.login}.`);
  return owner;
}

export const generateRoutes: Route[] = [
  {
    method: 'POST',
    template: '/repos/{template_owner}/{template_repo}/generate',
    access: 'pull',
    evenArchived: true,
    async handle(world, call) {
      const { repository: template, body, actor } = call;
      const name = requiredText(body, 'name');
      if (!template.isTemplate) throw notFound();
      const owner = ownerFor(world, call, optionalText(body, 'owner') ?? actor.login);
      assertFreeName(world, owner.login, name);
      if (template.content !== 'ready') throw unprocessable('The template repository is empty.');
      const repository = await createRepository(world, {
        owner: owner.login,
        name,
        private: optionalFlag(body, 'private') ?? false,
        description: optionalText(body, 'description') ?? null,
        createdBy: actor,
        defaultBranch: template.defaultBranch,
        template,
        includeAllBranches: optionalFlag(body, 'include_all_branches') ?? false,
      });
      await world.generating.fill(repository);
      await world.store.commit();
      world.webhooks.emit(repositoryEvent(world, repository, 'created', actor.id));
      return created(presentFullRepository(world, repository, 'admin'));
    },
  },
];
