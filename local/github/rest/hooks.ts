import type { HookRecord, Repository } from '../state.ts';
import type { Delivery } from '../webhooks/deliveries.ts';
import type { World } from '../world.ts';
import { notFound, validationFailed } from './errors.ts';
import { idParam, optionalFlag, optionalObject, requiredText } from './input.ts';
import { paginate } from './pagination.ts';
import { hookApi, presentDelivery, presentDeliveryItem, presentHook } from './present/hooks.ts';
import { created, noContent, ok } from './route.ts';
import type { Call, Reply, Route } from './route.ts';

function hooksOf(world: World, repository?: Repository): HookRecord[] {
  const owner = repository?.id ?? null;
  return world.store.state.hooks.filter(({ repositoryId }) => repositoryId === owner);
}

function findHook(world: World, call: Call, repository?: Repository): HookRecord {
  const id = idParam(call.params, 'hook_id');
  const hook = hooksOf(world, repository).find((candidate) => candidate.id === id);
  if (!hook || (!repository && call.params['org'] !== world.org)) throw notFound();
  return hook;
}

function listHooks(world: World, call: Call, repository?: Repository): Reply {
  if (!repository && call.params['org'] !== world.org) throw notFound();
  const { items, headers } = paginate(world.links.apiUrl, call, hooksOf(world, repository));
  return ok(
    items.map((hook) => presentHook(world, hook, repository)),
    headers,
  );
}

/** Newest first; `cursor` is the id of the last delivery of the page before. */
function listDeliveries(world: World, call: Call, repository?: Repository): Reply {
  const hook = findHook(world, call, repository);
  const size = Math.min(Math.max(Number(call.query.get('per_page') ?? 30) || 30, 1), 100);
  const cursor = Number(call.query.get('cursor') ?? Infinity);
  const all = world.webhooks.deliveries.all().filter(({ hookId, id }) => hookId === hook.id && id < cursor);
  const page = all.toReversed().slice(0, size);
  const last = page.at(-1);
  const next = `${hookApi(world, hook, repository)}/deliveries?per_page=${size}&cursor=${last?.id}`;
  return ok(page.map(presentDeliveryItem), all.length > size ? { link: `<${next}>; rel="next"` } : {});
}

function findDelivery(world: World, call: Call, hook: HookRecord): Delivery {
  const id = idParam(call.params, 'delivery_id');
  const delivery = world.webhooks.deliveries.all().find((candidate) => candidate.id === id);
  if (!delivery || delivery.hookId !== hook.id) throw notFound();
  return delivery;
}

function getDelivery(world: World, call: Call, repository?: Repository): Reply {
  const hook = findHook(world, call, repository);
  return ok(presentDelivery(hook, findDelivery(world, call, hook)));
}

function redeliver(world: World, call: Call, repository?: Repository): Reply {
  const hook = findHook(world, call, repository);
  world.webhooks.redeliver(hook, findDelivery(world, call, hook));
  return { status: 202, body: {} };
}

async function createHook(world: World, call: Call, repository: Repository): Promise<Reply> {
  const config = optionalObject(call.body, 'config') ?? {};
  const url = requiredText(config, 'url');
  if (!/^https?:\/\//.test(url)) throw validationFailed({ resource: 'Hook', code: 'custom', field: 'url' });
  const events = Array.isArray(call.body['events']) ? call.body['events'].map(String) : ['push'];
  const now = new Date().toISOString();
  const hook: HookRecord = {
    id: world.store.nextId('hook'),
    repositoryId: repository.id,
    url,
    secret: typeof config['secret'] === 'string' ? config['secret'] : '',
    events,
    active: optionalFlag(call.body, 'active') ?? true,
    createdAt: now,
    updatedAt: now,
    lastResponse: { code: null, status: 'unused', message: null },
  };
  world.store.state.hooks.push(hook);
  await world.store.commit();
  return created(presentHook(world, hook, repository));
}

async function removeHook(world: World, call: Call, repository: Repository): Promise<Reply> {
  const hook = findHook(world, call, repository);
  const { state } = world.store;
  state.hooks = state.hooks.filter((other) => other !== hook);
  await world.store.commit();
  return noContent;
}

type OwnedHandler = (world: World, call: Call, repository?: Repository) => Reply;

/** The routes that exist both below a repository and below the organisation. */
const shared: { method: 'GET' | 'POST'; path: string; handle: OwnedHandler }[] = [
  { method: 'GET', path: '/hooks', handle: listHooks },
  {
    method: 'GET',
    path: '/hooks/{hook_id}',
    handle: (world, call, repository) => ok(presentHook(world, findHook(world, call, repository), repository)),
  },
  { method: 'GET', path: '/hooks/{hook_id}/deliveries', handle: listDeliveries },
  { method: 'GET', path: '/hooks/{hook_id}/deliveries/{delivery_id}', handle: getDelivery },
  { method: 'POST', path: '/hooks/{hook_id}/deliveries/{delivery_id}/attempts', handle: redeliver },
];

export const hookRoutes: Route[] = [
  ...shared.flatMap(({ method, path, handle }): Route[] => [
    {
      method,
      template: `/orgs/{org}${path}`,
      access: 'organisation admin',
      handle: (world, call) => handle(world, call),
    },
    {
      method,
      template: `/repos/{owner}/{repo}${path}`,
      access: 'admin',
      evenArchived: true,
      handle: (world, call) => handle(world, call, call.repository),
    },
  ]),
  {
    method: 'POST',
    template: '/repos/{owner}/{repo}/hooks',
    access: 'admin',
    handle: (world, call) => createHook(world, call, call.repository),
  },
  {
    method: 'DELETE',
    template: '/repos/{owner}/{repo}/hooks/{hook_id}',
    access: 'admin',
    handle: (world, call) => removeHook(world, call, call.repository),
  },
];
