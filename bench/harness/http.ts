import { Agent, request } from 'node:http';

export interface HttpCaller {
  /** Resolves with the body. @throws unless the reply is 200 */
  call(path: string, options?: { readonly method?: string; readonly body?: string }): Promise<string>;
  close(): void;
}

/** Kept-alive connections by node:http: it takes a fifth of the time that fetch takes, which is time the servers need. */
export function httpCaller(base: string, headers: Readonly<Record<string, string>>): HttpCaller {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const { hostname, port } = new URL(base);
  return {
    call: (path, { method = 'GET', body } = {}) =>
      new Promise((resolve, reject) => {
        const sent = request({ agent, hostname, port, path, method, headers }, (reply) => {
          const parts: Buffer[] = [];
          reply.on('data', (part: Buffer) => parts.push(part));
          reply.on('error', reject);
          reply.on('end', () => {
            const text = Buffer.concat(parts).toString('utf8');
            if (reply.statusCode === 200) resolve(text);
            else reject(new Error(`${method} ${path}: ${reply.statusCode} ${text.slice(0, 300)}`));
          });
        });
        sent.on('error', reject);
        sent.end(body);
      }),
    close: () => agent.destroy(),
  };
}
