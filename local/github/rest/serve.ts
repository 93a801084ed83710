import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { BadBody, readJsonBody } from '../http.ts';
import { fullName } from '../links.ts';
import type { Account } from '../state.ts';
import type { World } from '../world.ts';
import { authenticate } from './authenticate.ts';
import { authorisePlain, authoriseRepository, Moved } from './authorise.ts';
import { errorBody, GithubError, notFound } from './errors.ts';
import type { Match } from './match.ts';
import { rateLimitHeaders } from './rate-limits.ts';
import { SecondaryLimit } from './write-limits.ts';
import { isRepositoryRoute } from './route.ts';
import type { Call, Reply } from './route.ts';

export const apiPrefix = '/api/v3';

/** `/repositories/{id}/…` is every repository's second address: the one that survives a rename. */
function byName(world: World, path: string): string {
  const [, id, rest = ''] = /^\/repositories\/(\d+)(\/.*)?$/.exec(path) ?? [];
  const repository = id && world.store.state.repositories.find((candidate) => String(candidate.id) === id);
  return repository ? `/repos/${fullName(repository)}${rest}` : path;
}

/** The path below `/api/v3`, without a slash at its end. */
export function apiPath(world: World, url: URL): string {
  const path = url.pathname.slice(apiPrefix.length);
  return byName(world, path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path);
}

function errorReply(world: World, req: IncomingMessage, path: string, error: unknown): Reply {
  if (error instanceof SecondaryLimit)
    return {
      status: error.status,
      body: errorBody(error),
      headers: { 'retry-after': String(error.retryAfterSeconds) },
    };
  if (error instanceof GithubError) return { status: error.status, body: errorBody(error) };
  if (error instanceof BadBody) return { status: 400, body: { message: 'Problems parsing JSON' } };
  if (error instanceof Moved) {
    const rest = path.split('/').slice(4).join('/');
    const url = `${world.links.apiUrl}/repositories/${error.repository.id}${rest && `/${rest}`}`;
    const isRead = req.method === 'GET';
    const message = isRead ? 'Moved Permanently' : 'Temporary Redirect';
    return { status: isRead ? 301 : 307, body: { message, url }, headers: { location: url } };
  }
  world.log('a REST call failed', { method: req.method, error: error instanceof Error ? error.stack : String(error) });
  return { status: 500, body: { message: 'Server Error' } };
}

function write(res: ServerResponse, { status, body, text, headers = {} }: Reply, common: Record<string, string>): void {
  if (res.destroyed) return;
  const data = text ? text.data : body === undefined ? undefined : JSON.stringify(body);
  const type = text ? { 'content-type': text.type } : { 'content-type': 'application/json; charset=utf-8' };
  res.writeHead(status, { ...common, ...(data !== undefined && type), ...headers });
  if (data === undefined) res.end();
  else res.end(data);
}

export interface RestCall {
  req: IncomingMessage;
  res: ServerResponse;
  url: URL;
  path: string;
  match: Match | null;
}

/** Authenticates, authorises, handles and answers one REST call. Returns who called, for the call log. */
export async function serveRest(world: World, { req, res, url, path, match }: RestCall): Promise<Account | null> {
  let actor: Account | null = null;
  const after: (() => void)[] = [];
  let reply: Reply;
  try {
    const caller = authenticate(world, req);
    actor = caller.actor;
    if (req.method !== 'GET') world.writes.take(actor);
    if (!match) throw notFound();
    const { route, params } = match;
    const call: Call = {
      params,
      path,
      query: url.searchParams,
      body: req.method === 'GET' ? {} : await readJsonBody(req),
      ...caller,
      accept: req.headers.accept ?? '',
      afterwards: (work) => after.push(work),
    };
    if (isRepositoryRoute(route)) {
      reply = await route.handle(world, authoriseRepository(world, route, call));
    } else {
      authorisePlain(world, route, call);
      reply = await route.handle(world, call);
    }
  } catch (error) {
    reply = errorReply(world, req, path, error);
  }
  req.resume();
  write(res, reply, {
    ...rateLimitHeaders(path === '/rate_limit' ? world.limits.look(actor) : world.limits.count(actor)),
    'x-github-request-id': randomBytes(12).toString('hex').toUpperCase(),
    'x-github-media-type': 'github.v3; format=json',
    'x-github-api-version-selected': '2022-11-28',
    date: new Date(world.now()).toUTCString(),
    'cache-control': 'private, max-age=60, s-maxage=60',
  });
  for (const work of after) work();
  return actor;
}
