import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { BadBody, readJsonBody, sendJson } from '../http.ts';
import { BadControlCall, controlRoutes } from './routes.ts';
import type { ControlReply, Controls } from './routes.ts';

export const controlPrefix = '/_control';

function isLoopback(address: string | undefined): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address ?? '');
}

function same(given: string, wanted: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(wanted));
}

async function answer(controls: Controls, req: IncomingMessage, path: string): Promise<ControlReply> {
  for (const route of controlRoutes) {
    const match = route.method === req.method ? route.path.exec(path) : null;
    if (!match) continue;
    try {
      const body = route.method === 'POST' ? await readJsonBody(req) : {};
      return await route.handle({ ...controls, body, param: decodeURIComponent(match[1] ?? '') });
    } catch (error) {
      if (!(error instanceof BadControlCall || error instanceof BadBody)) throw error;
      return { status: 400, body: { error: error.message } };
    }
  }
  return { status: 404, body: { error: 'not found' } };
}

/** Serves `/_control/…`: from this machine only, with the service token in `x-control-token`. */
export async function serveControl(
  controls: Controls,
  serviceToken: string,
  req: IncomingMessage,
  res: ServerResponse,
  url: URL,
): Promise<void> {
  const token = req.headers['x-control-token'];
  const allowed = isLoopback(req.socket.remoteAddress) && typeof token === 'string' && same(token, serviceToken);
  const reply = allowed
    ? await answer(controls, req, url.pathname.slice(controlPrefix.length))
    : { status: 403, body: { error: 'forbidden' } };
  req.resume();
  sendJson(res, reply.status, reply.body);
}
