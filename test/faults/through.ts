import type { FaultProxy } from './proxy.ts';

/** An address of the same server, by way of the proxy. */
export function throughProxy(url: string, { port }: FaultProxy): string {
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String(port);
  return through.href;
}
