import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { allows, findByToken, permissionOf } from '../accounts.ts';
import type { Base } from '../base.ts';
import { findRepository } from '../repositories.ts';
import type { Account, Repository } from '../state.ts';
import { runHttpBackend } from './http-backend.ts';
import type { RefWatch } from './ref-watch.ts';

/** A request to a repository's git address. */
export interface GitCall {
  owner: string;
  name: string;
  /** What follows `.git/`. */
  rest: string;
  query: URLSearchParams;
}

export function matchGitCall(url: URL): GitCall | null {
  const match = /^\/([^/]+)\/([^/]+)\.git\/(info\/refs|git-upload-pack|git-receive-pack)$/.exec(url.pathname);
  const [, owner, name, rest] = match ?? [];
  if (owner === undefined || name === undefined || rest === undefined) return null;
  return { owner: decodeURIComponent(owner), name: decodeURIComponent(name), rest, query: url.searchParams };
}

/** The route's name in the call log and for faults. */
export function gitRouteName(call: GitCall, method: string): string {
  return `${method} /{owner}/{repo}.git/${call.rest}`;
}

interface Credentials {
  user: string;
  token: string;
}

function basicCredentials(req: IncomingMessage): Credentials | null {
  const encoded = /^Basic ([\w+/=-]+)$/i.exec(req.headers.authorization ?? '')?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  const token = colon < 0 ? '' : text.slice(colon + 1);
  return token ? { user: text.slice(0, colon), token } : null;
}

/** A git call that is refused, with the sentence that git shows. */
class Refused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = 'Refused';
    this.status = status;
  }
}

const services = ['git-upload-pack', 'git-receive-pack'];

function serviceOf(call: GitCall, method: string): string {
  const asked = call.rest === 'info/refs' ? (call.query.get('service') ?? '') : call.rest;
  const wantedMethod = call.rest === 'info/refs' ? 'GET' : 'POST';
  if (!services.includes(asked) || method !== wantedMethod) throw new Refused(404, 'Repository not found.');
  return asked;
}

/** Rights are looked up at each request, so a token or right that is gone between the two of a push counts. */
function authorise(
  base: Base,
  call: GitCall,
  service: string,
  credentials: Credentials | null,
): [Repository, Account | null] {
  const { state } = base.store;
  const account = credentials ? (findByToken(state, credentials.token) ?? null) : null;
  const repository = findRepository(state, call.owner, call.name);
  const held = repository ? permissionOf(state, account, repository) : null;
  const pushes = service === 'git-receive-pack';
  if (!credentials && (held === null || pushes)) throw new Refused(401, 'Authentication required.');
  if (credentials && !account) throw new Refused(403, 'Invalid username or token.');
  if (!repository || held === null) throw new Refused(404, 'Repository not found.');
  if (pushes && repository.archived) throw new Refused(403, 'This repository was archived so it is read-only.');
  if (pushes && !allows(held, 'push')) throw new Refused(403, `Write access to repository not granted.`);
  return [repository, account];
}

/** Serves clone, fetch and push. */
export async function serveGit(
  base: Base,
  refs: RefWatch,
  call: GitCall,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const credentials = basicCredentials(req);
  try {
    const service = serviceOf(call, req.method ?? 'GET');
    const [repository, account] = authorise(base, call, service, credentials);
    base.log('git', {
      service,
      repository: `${call.owner}/${call.name}`,
      user: credentials?.user,
      login: account?.login,
    });
    const moves = req.method === 'POST' && service === 'git-receive-pack';
    if (moves) await refs.remember(repository);
    const dir = base.bareDir(repository);
    await runHttpBackend({
      req,
      res,
      projectRoot: path.dirname(dir),
      pathInfo: `/${path.basename(dir)}/${call.rest}`,
      query: call.rest === 'info/refs' ? `service=${service}` : '',
      user: account?.login ?? 'anonymous',
      mayPush: service === 'git-receive-pack',
      protectedBranches: repository.protectedBranches ?? [],
    });
    if (moves && account) await refs.report(repository, account.id);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const challenge = error.status === 401 ? { 'www-authenticate': 'Basic realm="GitHub"' } : {};
    req.resume();
    res
      .writeHead(error.status, { 'content-type': 'text/plain; charset=utf-8', ...challenge })
      .end(`${error.message}\n`);
  }
}
