import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createApp } from '../../src/app.ts';
import { catalogue } from '../../src/catalogue.ts';
import type { Item } from '../../src/domain/types.ts';
import { createStore } from '../../src/store.ts';

export interface Reply {
  status: number;
  // The tests check replies field by field; a missing field is a failing assertion.
  body: any;
}

export interface Desk {
  get(path: string): Promise<Reply>;
  post(path: string, body: unknown): Promise<Reply>;
  delete(path: string): Promise<Reply>;
  close(): Promise<void>;
}

/** The service on a free port, with an empty book of reservations. Close it after the test. */
export async function openDesk(items: readonly Item[] = catalogue): Promise<Desk> {
  const server = createApp(createStore(items)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  async function call(method: string, path: string, body?: unknown): Promise<Reply> {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  }

  return {
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
    delete: (path) => call('DELETE', path),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
