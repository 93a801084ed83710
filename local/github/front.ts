import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Calls } from './control/calls.ts';
import { faultAnswer } from './control/faults.ts';
import type { Faults } from './control/faults.ts';
import { controlPrefix, serveControl } from './control/serve.ts';
import { downloadRouteName, matchDownload, serveDownload } from './downloads.ts';
import { gitRouteName, matchGitCall, serveGit } from './git/routes.ts';
import { pageHeaders } from './html.ts';
import { sendJson } from './http.ts';
import { readRawFile, renderPage } from './pages.ts';
import { routes } from './rest/index.ts';
import { matcherFor } from './rest/match.ts';
import { apiPath, apiPrefix, serveRest } from './rest/serve.ts';
import type { World } from './world.ts';

export interface Front {
  world: World;
  faults: Faults;
  calls: Calls;
  serviceToken: string;
  /** Aborted when the server closes, so that delayed answers end. */
  closing: AbortSignal;
}

const findRoute = matcherFor(routes);

/** Plays the fault that concerns this call; true when the call has had its answer (or never gets one). */
async function faulted(
  { faults, closing, world }: Front,
  route: string,
  isRest: boolean,
  res: ServerResponse,
): Promise<boolean> {
  const fault = faults.take(route, isRest);
  if (!fault) return false;
  if (fault.latencyMs) await delay(fault.latencyMs, undefined, { signal: closing }).catch(() => undefined);
  if (fault.hang) return true;
  if (fault.drop) {
    res.destroy();
    return true;
  }
  const answer = faultAnswer(fault);
  if (answer)
    sendJson(res, answer.status, answer.body, {
      'x-ratelimit-limit': String(world.limits.look(null).limit),
      ...answer.headers,
    });
  return answer !== null;
}

async function rest(front: Front, req: IncomingMessage, res: ServerResponse, url: URL): Promise<void> {
  const { world, calls } = front;
  const path = apiPath(world, url);
  const method = req.method ?? 'GET';
  const match = findRoute(method, path);
  const route = match ? `${method} ${match.route.template}` : null;
  const note = { at: new Date().toISOString(), method, path: url.pathname.slice(apiPrefix.length), route };
  if (await faulted(front, route ?? '', true, res)) {
    req.resume();
    calls.add({ ...note, status: res.headersSent ? res.statusCode : 0, login: null });
    return;
  }
  const actor = await serveRest(world, { req, res, url, path, match });
  calls.add({ ...note, status: res.statusCode, login: actor?.login ?? null });
}

async function showPage({ world }: Front, res: ServerResponse, url: URL): Promise<void> {
  try {
    const raw = await readRawFile(world, url.pathname);
    const text = raw ?? (await renderPage(world, url.pathname));
    if (text !== null) {
      res.writeHead(200, raw ? { ...pageHeaders, 'content-type': 'text/plain; charset=utf-8' } : pageHeaders).end(text);
      return;
    }
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
  }
  res.writeHead(404, { 'content-type': 'text/plain' }).end('Not found\n');
}

/** Hands a request to the part that it is for: control, REST, downloads, git, or a page. */
export async function serve(front: Front, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { world } = front;
  const url = new URL(req.url ?? '/', world.links.url);
  if (url.pathname.startsWith(`${controlPrefix}/`)) return serveControl(front, front.serviceToken, req, res, url);
  if (url.pathname.startsWith(`${apiPrefix}/`)) return rest(front, req, res, url);
  const download = matchDownload(url);
  if (download) {
    if (await faulted(front, downloadRouteName(download), false, res)) return;
    return serveDownload(world, url, download, res);
  }
  const gitCall = matchGitCall(url);
  if (gitCall) {
    if (await faulted(front, gitRouteName(gitCall, req.method ?? 'GET'), false, res)) return;
    return serveGit(world, world.refs, gitCall, req, res);
  }
  if (req.method === 'GET') return showPage(front, res, url);
  req.resume();
  res.writeHead(405, { 'content-type': 'text/plain' }).end('Method not allowed\n');
}
