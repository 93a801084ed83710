import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface BareGit {
  /** Of the folder with the repositories. */
  readonly url: string;
  close(): Promise<void>;
}

/** The other side of git-clone: `git http-backend` behind a node server that does nothing but hand over; everybody may push. */
export async function startBareGit(projectRoot: string): Promise<BareGit> {
  const server = createServer((req, res) => serve(projectRoot, req, res));
  server.requestTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function serve(projectRoot: string, req: IncomingMessage, res: ServerResponse): void {
  const url = new URL(req.url ?? '/', 'http://bare');
  const header = (name: string): string => String(req.headers[name] ?? '');
  const cgi = spawn('git', ['-c', 'safe.directory=*', '-c', 'http.receivepack=true', 'http-backend'], {
    env: {
      PATH: process.env['PATH'],
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_PROJECT_ROOT: projectRoot,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: req.method,
      CONTENT_TYPE: header('content-type'),
      HTTP_CONTENT_ENCODING: header('content-encoding'),
      GIT_PROTOCOL: header('git-protocol'),
      ...(req.headers['content-length'] !== undefined && { CONTENT_LENGTH: req.headers['content-length'] }),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  cgi.stdin.on('error', () => undefined); // it may answer before it has read everything
  req.pipe(cgi.stdin);
  let head = '';
  const onData = (chunk: Buffer): void => {
    head += chunk.toString('latin1');
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    cgi.stdout.off('data', onData);
    const fields = head
      .slice(0, end)
      .split('\r\n')
      .map((line) => line.split(': ', 2) as [string, string]);
    const status = fields.find(([name]) => name === 'Status')?.[1];
    res.writeHead(Number(status?.slice(0, 3) ?? 200), Object.fromEntries(fields.filter(([name]) => name !== 'Status')));
    res.write(Buffer.from(head.slice(end + 4), 'latin1'));
    cgi.stdout.pipe(res);
  };
  cgi.stdout.on('data', onData);
}
