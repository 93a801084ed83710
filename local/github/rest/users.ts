import { presentOwnUser } from './present/users.ts';
import { ok } from './route.ts';
import type { Route } from './route.ts';

export const userRoutes: Route[] = [
  {
    method: 'GET',
    template: '/user',
    access: 'anyone signed in',
    handle: (world, { actor }) => ok(presentOwnUser(world.links, actor)),
  },
  {
    method: 'GET',
    template: '/rate_limit',
    access: 'anyone signed in',
    handle(world, { actor }) {
      const core = world.limits.look(actor);
      const search = { limit: 30, remaining: 30, used: 0, reset: core.reset };
      return ok({ resources: { core, search }, rate: core });
    },
  },
];
