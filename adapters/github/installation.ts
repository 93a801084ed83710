import { RequestError } from '@octokit/request-error';
import { AppError } from '../../core/errors.ts';
import type { GithubAppCredentials } from '../../core/settings/github.ts';
import type { Client } from './client.ts';
import { callFailed, statusOf, unexpectedReply, wordsOf } from './errors.ts';
import { parts } from './names.ts';
import type { Permissions } from './permissions.ts';
import type { LivingToken } from './token-cache.ts';

/** What a token may do, and where; without `repo` in all repositories of the installation. */
export interface Cut {
  readonly repo: string | undefined;
  readonly permissions: Permissions;
}

export interface InstallationPlace extends Pick<GithubAppCredentials, 'installationId' | 'account'> {
  /** Calls as the app itself. */
  readonly client: Client;
  readonly now: () => number;
}

/** Asks for tokens of an app's installation on one account. */
export function installationTokens({ client, installationId, account, now }: InstallationPlace) {
  let found: Promise<number> | undefined;

  async function look(): Promise<number> {
    for (const find of [
      () => client.request('GET /orgs/{org}/installation', { org: account }),
      () => client.request('GET /users/{username}/installation', { username: account }),
    ]) {
      try {
        return (await find()).data.id;
      } catch (error) {
        if (statusOf(error) !== 404) throw error;
      }
    }
    const cause = callFailed(`the GitHub App is not installed on ${account}`);
    throw new AppError('GITHUB_TOKEN_INVALID', undefined, { cause });
  }

  /** Remembered, but for a failure. */
  function installation(): Promise<number> {
    if (installationId !== undefined) return Promise.resolve(Number(installationId));
    found ??= look().catch((error: unknown) => {
      found = undefined;
      throw error;
    });
    return found;
  }

  async function request(where: { repositories?: string[]; repository_ids?: number[] }, permissions: Permissions) {
    const installation_id = await installation();
    try {
      const route = 'POST /app/installations/{installation_id}/access_tokens';
      return await client.request(route, { installation_id, ...where, permissions });
    } catch (error) {
      if (statusOf(error) === 404) found = undefined; // it may be installed anew: the next call looks again
      throw error;
    }
  }

  /** By the id of the repository, which may have had this name once: GitHub leads calls from an old name to the new one. */
  async function requestById(repo: string, permissions: Permissions) {
    const { data } = await request({}, { metadata: 'read' });
    const headers = { authorization: `token ${data.token}` };
    try {
      const { id } = (await client.request('GET /repos/{owner}/{repo}', { ...parts(repo), headers })).data;
      return await request({ repository_ids: [Number(id)] }, permissions);
    } finally {
      await client.request('DELETE /installation/token', { headers }).catch(() => undefined); // it ends by itself
    }
  }

  async function requestFor({ repo, permissions }: Cut) {
    if (repo === undefined) return request({}, permissions);
    try {
      return await request({ repositories: [parts(repo).repo] }, permissions);
    } catch (error) {
      if (statusOf(error) !== 422 || asksTooMuch(error)) throw error;
      return requestById(repo, permissions);
    }
  }

  return {
    /** @throws as the call itself would: 403 for a permission that the app was not granted, 404 for a repository that it does not see */
    async ask(cut: Cut): Promise<LivingToken> {
      try {
        const { data, headers } = await requestFor(cut);
        const bornAtMs = now();
        // by GitHub's clock on both sides, because ours may be off
        const livesMs = Date.parse(data.expires_at) - (Date.parse(headers.date ?? '') || bornAtMs);
        if (typeof data.token !== 'string' || !(livesMs > 0)) throw unexpectedReply('createToken');
        return { token: data.token, repo: cut.repo, bornAtMs, endsAtMs: bornAtMs + livesMs };
      } catch (error) {
        throw statusOf(error) === 422 ? withStatus(error, asksTooMuch(error) ? 403 : 404) : error;
      }
    },
  };
}

function asksTooMuch(error: unknown): boolean {
  return /permissions requested are not granted/i.test(wordsOf(error));
}

function withStatus(error: unknown, status: number): unknown {
  if (!(error instanceof RequestError) || !error.response) return error;
  const { request, response, message } = error;
  return new RequestError(message, status, { request, response: { ...response, status } });
}
