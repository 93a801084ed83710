import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { escapeHtml } from '../domain/html.ts';

/** A small loopback server that can be stopped at any time. */
export interface WebServer {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Listens on 127.0.0.1 (port 0: any) and answers only requests that mean this machine. */
export async function serveLocally(port: number, handler: RequestListener): Promise<WebServer> {
  const server = createServer((req, res) => {
    if (isLocal(req)) return handler(req, res);
    res.writeHead(403, { 'content-type': 'text/plain' }).end('This server answers this machine only.\n');
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening'); // rejects on 'error'
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no address');
  return { url: `http://127.0.0.1:${address.port}`, port: address.port, stop: () => stopServer(server) };
}

async function stopServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

/** A foreign page must not talk to us: neither under a name of its own (rebinding) nor from its origin. */
function isLocal(req: IncomingMessage): boolean {
  const { host, origin } = req.headers;
  return isLoopback(`http://${host ?? ''}`) && (origin === undefined || isLoopback(origin));
}

/** True for an http(s) address of this machine. */
export function isLoopback(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return /^https?:$/.test(protocol) && ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

export interface Page {
  readonly title: string;
  /** Already escaped HTML. */
  readonly body: string;
  /** More directives of the content security policy, e.g. `frame-src 'self'`. */
  readonly policy?: string;
}

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #ddd}
pre{white-space:pre-wrap;background:#f6f6f6;padding:1rem}iframe{width:100%;height:30rem;border:1px solid #ddd}
button,input,select{font:inherit;padding:.4rem .8rem;margin:.2rem 0}`;

/** Sends a page that loads nothing and runs nothing. */
export function sendPage(res: ServerResponse, { title, body, policy = '' }: Page): void {
  const nonce = randomBytes(16).toString('base64');
  res.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; frame-ancestors 'none'; ${policy}`,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  });
  const head = `<meta charset="utf-8"><title>${escapeHtml(title)}</title><style nonce="${nonce}">${STYLE}</style>`;
  res.end(`<!doctype html><html lang="en"><head>${head}</head><body>${body}</body></html>`);
}

/** Ends a component's process in order when it is asked to; a second signal ends it at once. */
export function stopOnSignal(stop: () => Promise<void>): void {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.once(signal, () => void stop().finally(() => process.exit(0)));
  }
}

/** Tells who started this process that it serves: one JSON line. */
export function sayReady(url: string): void {
  process.stdout.write(`${JSON.stringify({ ready: true, url })}\n`);
}
