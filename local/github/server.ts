import { once } from 'node:events';
import http from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ExecuteWorkflow, ReadWorkflow } from './actions/types.ts';
import type { LocalApp } from './apps.ts';
import type { Log } from './base.ts';
import { buildWorld, closeWorld } from './build-world.ts';
import { createCalls } from './control/calls.ts';
import { createFaults } from './control/faults.ts';
import { serve } from './front.ts';
import type { Front } from './front.ts';
import { linksFor } from './links.ts';
import type { Template } from './templates.ts';

const runsAtOnce = 2;
const defaultTimeLimitMs = 10 * 60 * 1000;
const keepAliveTimeoutMs = 65_000;

export interface LocalGithubOptions {
  /** State; created when missing. */
  dir: string;
  /** 0: any free port. */
  port?: number;
  host?: string;
  cacheDir: string;
  /** Login of the one organisation. */
  org?: string;
  /** Token of `tenon-bot`, the organisation's admin; also opens the control API. */
  serviceToken: string;
  templates: readonly Template[];
  /** The organisation's webhook. */
  webhook?: { url: string; secret: string };
  /** A GitHub App that is installed on the organisation. */
  app?: LocalApp;
  /** The clock of an app's tokens and of the `date` of replies; the machine's when it is not given. */
  now?: () => number;
  execute: ExecuteWorkflow;
  readWorkflow: ReadWorkflow;
  /** How long one workflow run may take. */
  runTimeLimitMs?: number;
  log: Log;
}

export interface LocalGithub {
  /** `http://<host>:<port>` */
  url: string;
  /** What an Octokit's `baseUrl` is: `<url>/api/v3`. */
  apiUrl: string;
  /** Ends running jobs and connections, stores the state; nothing is left. */
  close(): Promise<void>;
}

async function listen(server: http.Server, port: number, host: string): Promise<string> {
  server.listen(port, host);
  await once(server, 'listening');
  return `http://${host}:${(server.address() as AddressInfo).port}`;
}

async function closeServer(server: http.Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeAllConnections();
  await closed;
}

/** Starts the local GitHub: git, REST, Actions, webhooks, pages and a control API on one port. */
export async function startLocalGithub(options: LocalGithubOptions): Promise<LocalGithub> {
  const { port = 0, host = '127.0.0.1', org = 'tenon-hire-dev', log } = options;
  const closing = new AbortController();
  let front: Promise<Front> | null = null;

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    try {
      if (front) await serve(await front, req, res);
    } catch (error) {
      log('a request failed', { method: req.method, error: error instanceof Error ? error.stack : String(error) });
      if (res.headersSent) res.destroy();
      else res.writeHead(500, { 'content-type': 'text/plain' }).end('Server error\n');
    }
  }

  const server = http.createServer((req, res) => void answer(req, res));
  server.requestTimeout = 0; // the default of 300 s ends slow pushes
  server.keepAliveTimeout = keepAliveTimeoutMs;
  const url = await listen(server, port, host);
  const links = linksFor(url);
  const settings = {
    ...options,
    org,
    atOnce: runsAtOnce,
    timeLimitMs: options.runTimeLimitMs ?? defaultTimeLimitMs,
  };
  front = buildWorld(settings, links).then((world) => ({
    world,
    faults: createFaults(),
    calls: createCalls(),
    serviceToken: options.serviceToken,
    closing: closing.signal,
  }));
  const { world } = await front.catch(async (error: unknown) => {
    await closeServer(server);
    throw error;
  });
  log('the local GitHub listens', { url });
  return {
    url,
    apiUrl: links.apiUrl,
    async close() {
      closing.abort();
      await closeServer(server);
      await closeWorld(world);
    },
  };
}
