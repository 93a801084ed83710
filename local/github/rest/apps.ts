import { addInstallationToken, covers, grants } from '../apps.ts';
import { findRepository } from '../repositories.ts';
import type { AppRecord, GrantedPermissions, Repository } from '../state.ts';
import type { World } from '../world.ts';
import { notFound, unprocessable } from './errors.ts';
import { idParam, optionalObject } from './input.ts';
import { paginate } from './pagination.ts';
import { presentApp, presentInstallation, presentToken } from './present/apps.ts';
import { presentRepository } from './present/repositories.ts';
import { created, noContent, ok } from './route.ts';
import type { Call, Route } from './route.ts';

function appOf({ by }: Call): AppRecord {
  if (by.kind === 'account') throw notFound();
  return by.app;
}

function installationOn(world: World, call: Call, login: string | undefined): AppRecord {
  const app = appOf(call);
  if (!app.isInstalled || login?.toLowerCase() !== world.org.toLowerCase()) throw notFound();
  return app;
}

function installationById(call: Call): AppRecord {
  const app = appOf(call);
  if (!app.isInstalled || idParam(call.params, 'installation_id') !== app.installationId) throw notFound();
  return app;
}

function listOf(body: Call['body'], field: string): unknown[] | undefined {
  const value = body[field];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value))
    throw unprocessable(`Invalid request.\n\nFor '${field}', ${JSON.stringify(value)} is not an array.`);
  return value;
}

/** By name and by id; null when the request names none. 422 as soon as one of them is not the installation's. */
function wantedRepositories(world: World, { body }: Call): number[] | null {
  const { state } = world.store;
  const names = listOf(body, 'repositories');
  const ids = listOf(body, 'repository_ids');
  if (!names && !ids) return null;
  const found: (Repository | undefined)[] = [
    ...(names ?? []).map((name) => findRepository(state, world.org, String(name))),
    ...(ids ?? []).map((id) => state.repositories.find((one) => one.id === id && one.owner === world.org)),
  ];
  return found.map((repository) => {
    if (repository) return repository.id;
    throw unprocessable(
      'There is at least one repository that does not exist or is not accessible to the parent installation.',
    );
  });
}

/** All that is granted when the request names none; 422 when it names more. */
function wantedPermissions({ body }: Call, { permissions: granted }: AppRecord): GrantedPermissions {
  const wanted = optionalObject(body, 'permissions') as GrantedPermissions | undefined;
  if (!wanted) return granted;
  if (Object.values(wanted).some((level) => level !== 'read' && level !== 'write') || !grants(granted, wanted))
    throw unprocessable('The permissions requested are not granted to this installation.');
  return { ...wanted, metadata: 'read' };
}

export const appRoutes: Route[] = [
  { method: 'GET', template: '/app', access: 'app', handle: (world, call) => ok(presentApp(world, appOf(call))) },
  {
    method: 'GET',
    template: '/orgs/{org}/installation',
    access: 'app',
    handle: (world, call) => ok(presentInstallation(world, installationOn(world, call, call.params['org']))),
  },
  {
    method: 'GET',
    template: '/users/{username}/installation',
    access: 'app',
    handle: (world, call) => ok(presentInstallation(world, installationOn(world, call, call.params['username']))),
  },
  {
    method: 'GET',
    template: '/app/installations/{installation_id}',
    access: 'app',
    handle: (world, call) => ok(presentInstallation(world, installationById(call))),
  },
  {
    method: 'POST',
    template: '/app/installations/{installation_id}/access_tokens',
    access: 'app',
    async handle(world, call) {
      const app = installationById(call);
      const cut = { repositoryIds: wantedRepositories(world, call), permissions: wantedPermissions(call, app) };
      const token = addInstallationToken(world.store.state, app, { ...cut, nowMs: world.now() });
      await world.store.commit();
      return created(presentToken(world, token));
    },
  },
  {
    method: 'GET',
    template: '/installation/repositories',
    access: 'installation',
    handle(world, call) {
      const { by } = call;
      if (by.kind !== 'installation') throw notFound();
      const { state } = world.store;
      const visible = state.repositories.filter((one) => one.owner === world.org && covers(by.token, one));
      const { items, headers } = paginate(world.links.apiUrl, call, visible);
      const repositories = items.map((one) => presentRepository(world, one, 'admin'));
      const selection = by.token.repositoryIds ? 'selected' : 'all';
      return ok({ total_count: visible.length, repository_selection: selection, repositories }, headers);
    },
  },
  {
    method: 'DELETE',
    template: '/installation/token',
    access: 'installation',
    async handle(world, { by }) {
      const { state } = world.store;
      if (by.kind === 'installation')
        state.installationTokens = state.installationTokens.filter((token) => token !== by.token);
      await world.store.commit();
      return noContent;
    },
  },
];
