import fs from 'node:fs/promises';
import path from 'node:path';
import { addToken, ensureAccount } from './accounts.ts';
import type { ReadWorkflow } from './actions/types.ts';
import { configureApp } from './apps.ts';
import type { LocalApp } from './apps.ts';
import type { Base, Log } from './base.ts';
import { createGenerating } from './generating.ts';
import { createRefWatch } from './git/ref-watch.ts';
import type { Links } from './links.ts';
import { createRateLimits } from './rest/rate-limits.ts';
import { createWriteLimits } from './rest/write-limits.ts';
import { createRuns } from './runs.ts';
import type { RunSettings } from './run-queue.ts';
import type { Account, HookRecord } from './state.ts';
import { openStore } from './store.ts';
import type { Store } from './store.ts';
import { importTemplate } from './templates.ts';
import type { Template } from './templates.ts';
import { openWebhooks } from './webhooks/webhooks.ts';
import type { WebhookEventName } from './webhooks/webhooks.ts';
import type { World } from './world.ts';

const serviceLogin = 'tenon-bot';

export interface WorldOptions extends RunSettings {
  dir: string;
  cacheDir: string;
  org: string;
  serviceToken: string;
  templates: readonly Template[];
  webhook?: { url: string; secret: string };
  app?: LocalApp;
  now?: () => number;
  readWorkflow: ReadWorkflow;
  log: Log;
}

/** The organisation and its service account, whose token is the one that the options name now. */
function ensureAccounts(store: Store, { org, serviceToken }: WorldOptions): Account {
  ensureAccount(store, org, 'Organization');
  const bot = ensureAccount(store, serviceLogin, 'User');
  bot.tokenHashes = [];
  addToken(bot, serviceToken);
  store.state.orgAdminIds = [bot.id];
  return bot;
}

const toldToOrganisation: WebhookEventName[] = [
  'push',
  'repository',
  'workflow_run',
  'installation',
  'installation_repositories',
];

/** The organisation's one hook follows the options; its id and deliveries stay. */
function configureHook(store: Store, webhook: WorldOptions['webhook']): void {
  const known = store.state.hooks.find(({ repositoryId }) => repositoryId === null);
  if (!webhook) {
    store.state.hooks = store.state.hooks.filter((hook) => hook !== known);
    return;
  }
  if (known) {
    Object.assign(known, { ...webhook, events: toldToOrganisation });
    return;
  }
  const now = new Date().toISOString();
  const hook: HookRecord = {
    ...webhook,
    id: store.nextId('hook'),
    repositoryId: null,
    events: toldToOrganisation,
    active: true,
    createdAt: now,
    updatedAt: now,
    lastResponse: { code: null, status: 'unused', message: null },
  };
  store.state.hooks.push(hook);
}

/** Loads the state, brings templates up to date and takes up what a former process left. */
export async function buildWorld(options: WorldOptions, links: Links): Promise<World> {
  const { dir, cacheDir, org, log } = options;
  await fs.mkdir(path.join(dir, 'repositories'), { recursive: true, mode: 0o700 });
  const store = await openStore(dir);
  const base: Base = {
    org,
    dir,
    cacheDir,
    links,
    store,
    log,
    now: options.now ?? Date.now,
    bareDir: ({ id }) => path.join(dir, 'repositories', `${id}.git`),
  };
  const bot = ensureAccounts(store, options);
  configureHook(store, options.webhook);
  configureApp(store, options.app);
  for (const template of options.templates) await importTemplate(base, template, bot);
  await store.commit();
  const webhooks = await openWebhooks(base);
  const refs = createRefWatch(base, webhooks);
  const runs = createRuns(base, webhooks, options);
  const generating = createGenerating(base, refs);
  await generating.recover();
  await runs.recover();
  return {
    ...base,
    webhooks,
    refs,
    runs,
    generating,
    limits: createRateLimits(),
    writes: createWriteLimits(),
    readWorkflow: options.readWorkflow,
  };
}

/** Stops all background work; nothing is left running. */
export async function closeWorld(world: World): Promise<void> {
  await Promise.all([world.runs.close(), world.generating.close(), world.webhooks.close()]);
  await world.store.commit();
}
