import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

export interface MonitoringOptions {
  readonly port: number;
  /** All addresses when it is not given. */
  readonly host: string | undefined;
  readonly registry: Registry;
  /** Where the Temporal SDK shows its own metrics. */
  readonly sdkMetricsUrl: string;
  readonly isHealthy: () => boolean;
}

export interface Monitoring {
  readonly port: number;
  close(): Promise<void>;
}

const SDK_TIMEOUT_MS = 2_000;

/** `/metrics` (Tenon's and the Temporal SDK's) and `/health`. */
export async function startMonitoring(options: MonitoringOptions): Promise<Monitoring> {
  const server = createServer((request, response) => {
    void answer(request.url ?? '/', response, options).catch(() => response.destroy());
  });
  server.listen(options.port, options.host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function answer(url: string, response: ServerResponse, options: MonitoringOptions): Promise<void> {
  const path = url.split('?')[0];
  if (path === '/health') {
    const healthy = options.isHealthy();
    send(response, healthy ? 200 : 503, 'application/json', JSON.stringify({ status: healthy ? 'ok' : 'stopping' }));
  } else if (path === '/metrics') {
    const [ours, sdk] = await Promise.all([options.registry.metrics(), sdkMetrics(options.sdkMetricsUrl)]);
    send(response, 200, options.registry.contentType, `${ours}\n${sdk}`);
  } else {
    send(response, 404, 'text/plain', 'Not found\n');
  }
}

/** Ours are shown even when the SDK's cannot be had. */
async function sdkMetrics(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(SDK_TIMEOUT_MS) });
    return response.ok ? await response.text() : '';
  } catch {
    return '';
  }
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}
