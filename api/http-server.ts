import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { App } from './app.ts';
import type { Endpoint } from './endpoint.ts';
import { clientWatch } from './middleware/handler.ts';
import { koaApp } from './router.ts';

/** Longer than the idle limit of usual load balancers (60 s), else they reuse a connection that we are closing. */
const KEEP_ALIVE_MS = 70_000;
/** For the request to arrive whole; a reply may take longer (a run is waited for up to 75 s). */
const REQUEST_MS = 60_000;
const HEADERS_MS = 20_000;
const DRAIN_MS = 25_000;

export interface ApiParts {
  readonly app: App;
  readonly endpoints: readonly Endpoint[];
  /** 0 takes a free one. */
  readonly port: number;
  readonly host?: string;
}

export interface RunningApi {
  readonly url: string;
  readonly port: number;
  /** Stops accepting, tells handlers to stop waiting, lets them answer, and ends the rest after `drainMs`. */
  close(drainMs?: number): Promise<void>;
}

/** Starts listening. @throws when the port is taken */
export async function startApi({ app, endpoints, port, host }: ApiParts): Promise<RunningApi> {
  const clients = clientWatch();
  const handle = koaApp(app, endpoints, clients).callback();
  let closing = false;
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: REQUEST_MS, headersTimeout: HEADERS_MS },
    (req, res) => {
      if (closing) res.setHeader('connection', 'close');
      void handle(req, res);
    },
  );
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  const shown = host === undefined || host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return {
    port: address.port,
    url: `http://${shown.includes(':') ? `[${shown}]` : shown}:${address.port}`,
    async close(drainMs = DRAIN_MS) {
      closing = true;
      const closed = once(server, 'close');
      server.close();
      clients.abortAll();
      // A kept-alive connection becomes idle only after its last reply; close() looked just once.
      const idle = setInterval(() => server.closeIdleConnections(), 50);
      const limit = setTimeout(() => server.closeAllConnections(), drainMs);
      await closed;
      clearInterval(idle);
      clearTimeout(limit);
    },
  };
}
