import { setTimeout as pause } from 'node:timers/promises';
import { RequestError } from '@octokit/request-error';
import { goodbye } from '../../core/goodbye.ts';
import { AppError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import type { GithubAppCredentials } from '../../core/settings/github.ts';
import { appSigner } from './app-jwt.ts';
import { githubClient, type CallHook, type Client, type ClientOptions, type Endpoint, type Send } from './client.ts';
import { callFailed, statusOf, wordsOf } from './errors.ts';
import { installationTokens, type Cut } from './installation.ts';
import { generateRoute, rightFor } from './permissions.ts';
import { revocations } from './revocations.ts';
import { tokenCache } from './token-cache.ts';

export interface AppAuthLimits {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly maxTokens: number;
  /** What all of GitHub may need to learn of a new token. */
  readonly settleMs: number;
}

const usualLimits: AppAuthLimits = { now: Date.now, maxTokens: 1_000, settleMs: 1_000 };
/** Of the hour that GitHub gives. */
const RENEW_MS = 5 * 60_000;
const FRESH_MS = 5_000;

export interface AppAuth {
  /** Gives each call a token that is cut to it. */
  readonly authenticate: CallHook;
  /** Calls as the app itself, for example `GET /app/hook/deliveries`. */
  readonly asApp: Client;
  /** Gives back every token that lives; bounded in time, and a failure is harmless. */
  close(): Promise<void>;
}

/** Calls GitHub as an app: each with a token for its one repository and kind of call, kept until shortly before its end. */
export function appAuth(
  app: GithubAppCredentials,
  { apiBase, timeoutMs }: Pick<ClientOptions, 'apiBase' | 'timeoutMs'>,
  log: Logger,
  limits: Partial<AppAuthLimits> = {},
): AppAuth {
  const { now, maxTokens, settleMs } = { ...usualLimits, ...limits };
  const signer = appSigner(app, now);
  const asApp = githubClient({ apiBase, auth: asItself, timeoutMs });
  const installation = installationTokens({ ...app, client: asApp, now });
  const revoked = revocations(asApp, log);
  const tokens = tokenCache({ now, max: maxTokens, renewMs: RENEW_MS, discard: (token) => revoked.revoke([token]) });
  let isClosed = false;
  /** Until GitHub refuses it. */
  let generatesWithTemplateAlone = true;

  async function asItself(send: Send, endpoint: Endpoint) {
    if (endpoint.headers.authorization !== undefined) return send(endpoint);
    try {
      return await send(bearing(endpoint, `bearer ${signer.sign()}`));
    } catch (error) {
      const date = error instanceof RequestError ? error.response?.headers.date : undefined;
      if (statusOf(error) !== 401 || !signer.learn(date)) throw error;
      return send(bearing(endpoint, `bearer ${signer.sign()}`));
    }
  }

  /** 401 means that nothing was done, so that any call may be sent again. */
  async function sendWith(cut: Cut, send: Send, endpoint: Endpoint) {
    if (isClosed) throw new AppError('GITHUB_UNAVAILABLE', undefined, { cause: callFailed('this process ends') });
    const key = JSON.stringify([cut.repo?.toLowerCase(), cut.permissions]); // as the table writes them
    const get = () =>
      untilAborted(
        tokens.get(key, () => installation.ask(cut)),
        endpoint.request?.signal,
      );
    const given = await get();
    const isFresh = now() - given.bornAtMs < FRESH_MS;
    const sendIt = ({ token } = given) => send(bearing(endpoint, `token ${token}`));
    try {
      return await sendIt();
    } catch (error) {
      if (statusOf(error) !== 401) throw error;
    }
    if (isFresh) {
      await pause(settleMs);
      try {
        return await sendIt();
      } catch (error) {
        if (statusOf(error) !== 401) throw error;
      }
    }
    tokens.drop(key, given);
    revoked.revoke([given]);
    return sendIt(await get());
  }

  async function generate(cut: Cut, send: Send, endpoint: Endpoint) {
    const everywhere = { ...cut, repo: undefined };
    if (!generatesWithTemplateAlone) return sendWith(everywhere, send, endpoint);
    try {
      return await sendWith(cut, send, endpoint);
    } catch (error) {
      if (statusOf(error) !== 403 || !/not accessible by integration/i.test(wordsOf(error))) throw error;
      const reply = await sendWith(everywhere, send, endpoint);
      generatesWithTemplateAlone = false;
      return reply;
    }
  }

  function forget(repository: string | undefined): void {
    revoked.revoke(tokens.take(({ repo }) => repo?.toLowerCase() === repository?.toLowerCase()));
  }

  return {
    asApp,
    async authenticate(send, endpoint) {
      const route = `${endpoint.method} ${endpoint.url}`;
      const right = rightFor(route);
      if (right.as === 'app') return asItself(send, endpoint);
      if (right.as === 'nobody') throw refused(endpoint);
      const cut = { repo: repositoryOf(endpoint), permissions: right.permissions };
      const reply = await (route === generateRoute ? generate : sendWith)(cut, send, endpoint);
      if (endsUse(route, endpoint)) forget(cut.repo);
      if (route === generateRoute) forget(newRepositoryOf(endpoint)); // those of one that had the name before
      return reply;
    },
    async close() {
      isClosed = true;
      const last = async (): Promise<void> => {
        await tokens.settled();
        revoked.revoke(tokens.take(() => true));
        await revoked.settled();
      };
      await goodbye([last()]);
    },
  };
}

function bearing(endpoint: Endpoint, authorization: string): Endpoint {
  return { ...endpoint, headers: { ...endpoint.headers, authorization } };
}

/** What GitHub answers an app on calls that only an account may make. */
function refused(endpoint: Endpoint): RequestError {
  const message = 'Resource not accessible by integration';
  const request = { ...endpoint, url: String(endpoint.url) };
  const response = { status: 403, url: request.url, headers: {}, data: { message } };
  return new RequestError(message, 403, { request, response });
}

/** `owner/name` that a call is about: for generating, the template. */
function repositoryOf(endpoint: Endpoint): string | undefined {
  const { owner, repo, template_owner, template_repo } = endpoint as Readonly<Record<string, unknown>>;
  if (typeof template_owner === 'string') return `${template_owner}/${String(template_repo)}`;
  return typeof owner === 'string' ? `${owner}/${String(repo)}` : undefined;
}

function newRepositoryOf(endpoint: Endpoint): string {
  const { owner, name } = endpoint as Readonly<Record<string, unknown>>;
  return `${String(owner)}/${String(name)}`;
}

function endsUse(route: string, endpoint: Endpoint): boolean {
  if (route === 'DELETE /repos/{owner}/{repo}') return true;
  return route === 'PATCH /repos/{owner}/{repo}' && 'archived' in endpoint && endpoint.archived === true;
}

/** Many callers wait for one token, each only as long as its own call may take. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
