import type { IncomingMessage, ServerResponse } from 'node:http';
import { serveLocally, type WebServer } from '../web.ts';
import { sendHtmlPart, sendList, sendMessage } from './pages.ts';
import { startSmtp } from './smtp.ts';
import { type MailStore, type Message, openMailStore } from './store.ts';

export interface MailboxOptions {
  readonly dir: string;
  /** Page and JSON; 0: any. */
  readonly port: number;
  /** 0: any. */
  readonly smtpPort: number;
}

export interface Mailbox extends WebServer {
  readonly smtpUrl: string;
}

/** Takes mails by SMTP, keeps them as files, shows them on a page and as JSON. */
export async function startMailbox({ dir, port, smtpPort }: MailboxOptions): Promise<Mailbox> {
  const store = await openMailStore(dir);
  const smtp = await startSmtp(smtpPort, store);
  const web = await serveLocally(port, (req, res) => {
    answer(store, req, res).catch((error: unknown) => {
      console.error(error);
      if (!res.headersSent) res.writeHead(500);
      res.end();
    });
  });
  return {
    ...web,
    smtpUrl: `smtp://127.0.0.1:${smtp.port}`,
    stop: async () => void (await Promise.all([web.stop(), smtp.stop()])),
  };
}

async function answer(store: MailStore, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const url = new URL(req.url ?? '/', 'http://local');
  if (url.pathname === '/api/messages' && req.method === 'DELETE') {
    await store.clear();
    return void res.writeHead(204).end();
  }
  if (req.method !== 'GET') return notFound(res);
  if (url.pathname === '/health') return sendJson(res, { status: 'ok' });
  if (url.pathname === '/') return sendList(res, await store.list());
  if (url.pathname === '/api/messages') {
    return sendJson(res, (await store.list(url.searchParams.get('to') ?? undefined)).map(present));
  }
  const [, id = '', part] = /^\/messages\/([\w-]+)(\.eml|\/html)?$/.exec(url.pathname) ?? [];
  if (part === '.eml') return sendSource(res, await store.raw(id));
  const message = await store.read(id);
  if (!message) return notFound(res);
  return part === '/html' ? sendHtmlPart(res, message) : sendMessage(res, message);
}

function present({ id, to, from, subject, receivedAt, text }: Message): Record<string, unknown> {
  return { id, to, from, subject, receivedAt, text };
}

function sendJson(res: ServerResponse, body: unknown): void {
  res.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body));
}

function sendSource(res: ServerResponse, raw: Buffer | undefined): void {
  if (!raw) return notFound(res);
  res.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' }).end(raw);
}

function notFound(res: ServerResponse): void {
  res.writeHead(404, { 'content-type': 'text/plain' }).end('not found\n');
}
