import type { Logger } from '../../core/logger.ts';
import type { GithubCredentials } from '../../core/settings/github.ts';
import { appAuth } from './app-auth.ts';
import { githubClient, type Client } from './client.ts';
import { readLog, type DeliveryLog, type HookAddress } from './delivery-log.ts';
import { statusOf, unexpectedReply } from './errors.ts';
import { idOf, parts } from './names.ts';
import { outwardCalls } from './outward-call.ts';

export type { DeliveryLog } from './delivery-log.ts';

/** A repository as its numeric id shows it, whatever it is called now. */
export interface WatchedRepository {
  readonly fullName: string;
  readonly isPrivate: boolean;
  /** The last push to any ref, by GitHub's clock. */
  readonly pushedAt: Date | null;
}

/**
 * What reconciliation reads at GitHub. Nothing here writes. Errors are those of `GithubForge`; called inside a unit of work they
 * throw at once.
 */
export interface GithubWatch {
  /** The log of the hook that tells us; null when there is none that we may read. */
  findDeliveryLog(): Promise<DeliveryLog | null>;
  /** Null when GitHub shows no such repository. */
  repositoryById(repoId: string): Promise<WatchedRepository | null>;
  /** The commit that a branch is at; null when there is no such branch. */
  branchHead(fullName: string, branch: string): Promise<string | null>;
}

export type WatchSettings = {
  readonly apiBase: string;
  /** Whose hook tells us: the organisation in which workspaces are made. */
  readonly owner: string;
  /** The address that the hook sends to. */
  readonly webhookUrl: string;
} & GithubCredentials;

/** A watch that holds tokens of its own making. */
export interface OpenWatch extends GithubWatch {
  /** Gives them back; bounded in time, and a failure is harmless. */
  close(): Promise<void>;
}

/** A delivery's payload may have 25 MiB. */
const CALL_MS = 20_000;
const FULL_NAME = /^[A-Za-z0-9_-]{1,100}\/[A-Za-z0-9._-]{1,100}$/;
const SHA = /^[0-9a-f]{40,64}$/;

export function githubWatch({ apiBase, token, app, owner, webhookUrl }: WatchSettings, log: Logger): OpenWatch {
  const options = { apiBase, timeoutMs: CALL_MS };
  const appTokens = app && appAuth(app, options, log);
  const client = githubClient({ ...options, auth: appTokens?.authenticate ?? token ?? '' }); // it only reads

  const asked = outwardCalls(log);

  return {
    async findDeliveryLog() {
      const address =
        (app && (await asked('getAppHook', () => findAppHook(client, webhookUrl)))) ??
        (await asked('listHooks', () => findHook(client, owner, webhookUrl)));
      if (!address) return null;
      const found = readLog(client, address);
      return {
        hook: found.hook,
        page: (cursor) => asked('listDeliveries', () => found.page(cursor)),
        payload: (id) => asked('getDelivery', () => orNull(() => found.payload(id))),
      };
    },

    repositoryById: (repoId) =>
      asked('getRepositoryById', () =>
        orNull(async () =>
          presentRepository(
            (await client.request('GET /repositories/{repository_id}', { repository_id: repoId })).data,
            repoId,
          ),
        ),
      ),

    branchHead: (fullName, branch) =>
      asked('getBranchHead', () =>
        orNull(async () => {
          const { sha } = (await client.rest.repos.getBranch({ ...parts(fullName), branch })).data.commit;
          if (!SHA.test(sha)) throw unexpectedReply('getBranchHead');
          return sha;
        }),
      ),

    close: async () => appTokens?.close(),
  };
}

/** The App's own hook, when it is the one that tells us. */
async function findAppHook(client: Client, webhookUrl: string): Promise<HookAddress | null> {
  const config = await orNull(async () => (await client.request('GET /app/hook/config')).data);
  return config && sameAddress(config.url, webhookUrl) ? { path: '/app/hook', params: {} } : null;
}

/** Who is no owner of the organisation sees no hooks: GitHub says 404, or 403 to tokens without the right. */
async function findHook(client: Client, org: string, webhookUrl: string): Promise<HookAddress | null> {
  for (let page = 1; ; page += 1) {
    const hooks = await orNull(async () => (await client.rest.orgs.listWebhooks({ org, per_page: 100, page })).data);
    const ours = hooks?.find(({ active, config }) => active && sameAddress(config.url, webhookUrl));
    if (ours) return { path: '/orgs/{org}/hooks/{hook_id}', params: { org, hook_id: ours.id } };
    if (!hooks || hooks.length < 100) return null;
  }
}

function sameAddress(one: string | undefined, other: string): boolean {
  return one !== undefined && URL.canParse(one) && new URL(one).href === new URL(other).href;
}

async function orNull<T>(call: () => Promise<T>): Promise<T | null> {
  try {
    return await call();
  } catch (error) {
    const status = statusOf(error);
    if (status === 404 || status === 410 || status === 409 || status === 451) return null; // 409: an empty repository
    throw error;
  }
}

interface RepositoryReply {
  readonly id: number | bigint;
  readonly full_name: string;
  readonly private: boolean;
  readonly pushed_at: string | null;
}

function presentRepository(data: unknown, repoId: string): WatchedRepository {
  const { id, full_name: fullName, private: isPrivate, pushed_at: pushedAt } = data as RepositoryReply;
  if (idOf(id, 'getRepositoryById') !== repoId || !FULL_NAME.test(fullName) || typeof isPrivate !== 'boolean')
    throw unexpectedReply('getRepositoryById');
  return { fullName, isPrivate, pushedAt: typeof pushedAt === 'string' ? new Date(pushedAt) : null };
}
