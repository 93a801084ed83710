import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Transform } from 'node:stream';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';
import { gitEnvironment } from './run-git.ts';

/** `update`, which refuses what protection forbids. */
const hooksDir = fileURLToPath(new URL('hooks', import.meta.url));
const maxHeadBytes = 64 * 1024;
const maxBodyBytes = 256 * 1024 * 1024;

export interface BackendCall {
  req: IncomingMessage;
  res: ServerResponse;
  projectRoot: string;
  /** `/<repository folder>/info/refs` or `/<repository folder>/git-…-pack`. */
  pathInfo: string;
  query: string;
  user: string;
  mayPush: boolean;
  /** Names of branches that a push neither deletes nor rewrites. */
  protectedBranches: readonly string[];
}

interface CgiHead {
  status: number;
  headers: [string, string][];
  rest: Buffer;
}

function parseHead(text: string): Pick<CgiHead, 'status' | 'headers'> {
  const headers = text.split('\r\n').map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  const status = headers.find(([name]) => name.toLowerCase() === 'status')?.[1];
  return { status: status ? Number.parseInt(status, 10) : 200, headers: headers.filter(([name]) => name !== 'Status') };
}

/** Reads the CGI head; what came after it stays first in line. Throws when the process ends or goes on without one. */
async function readHead(stdout: Readable): Promise<CgiHead> {
  let seen = Buffer.alloc(0);
  for await (const chunk of stdout.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    seen = Buffer.concat([seen, chunk]);
    const end = seen.indexOf('\r\n\r\n');
    if (end >= 0) return { ...parseHead(seen.subarray(0, end).toString('latin1')), rest: seen.subarray(end + 4) };
    if (seen.length > maxHeadBytes) break;
  }
  throw new Error('git http-backend gave no head');
}

function limitTo(maxBytes: number): Transform {
  let size = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      done(size > maxBytes ? new Error('the request body is too large') : null, chunk);
    },
  });
}

/** The variables of one call. CONTENT_LENGTH only when it is true: absent means "read to the end" (chunked pushes). */
function variables(
  { req, projectRoot, pathInfo, query, user, protectedBranches }: BackendCall,
  inflated: boolean,
): Record<string, string> {
  const length = req.headers['content-length'];
  const protocol = req.headers['git-protocol'];
  return {
    GIT_PROJECT_ROOT: projectRoot,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: pathInfo,
    QUERY_STRING: query,
    REQUEST_METHOD: req.method ?? 'GET',
    CONTENT_TYPE: req.headers['content-type'] ?? '',
    REMOTE_USER: user,
    ...(protectedBranches.length > 0 && {
      TENON_PROTECTED_REFS: protectedBranches.map((name) => `refs/heads/${name}`).join(' '), // names hold no spaces
    }),
    ...(length !== undefined && !inflated && { CONTENT_LENGTH: length }),
    ...(typeof protocol === 'string' && /^[a-z0-9=:.-]{1,100}$/.test(protocol) && { GIT_PROTOCOL: protocol }),
  };
}

/** Runs `git http-backend` for one request in its own process group and resolves when that group has ended. */
export async function runHttpBackend(call: BackendCall): Promise<void> {
  const { req, res } = call;
  const inflated = req.headers['content-encoding'] === 'gzip';
  const cgi = spawn('git', ['http-backend'], {
    detached: true,
    env: gitEnvironment(variables(call, inflated), [
      ['http.receivepack', String(call.mayPush)],
      ...(call.protectedBranches.length > 0 ? [['core.hooksPath', hooksDir] as const] : []),
    ]),
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = new Promise<void>((resolve) => {
    cgi.once('error', () => resolve());
    cgi.once('close', () => resolve());
  });
  const stop = (): void => {
    if (cgi.pid === undefined || cgi.exitCode !== null || cgi.signalCode !== null) return;
    try {
      process.kill(-cgi.pid, 'SIGKILL');
    } catch {
      // it has just ended by itself
    }
  };
  res.once('close', () => {
    if (!res.writableFinished) stop();
  });
  cgi.stdin.on('error', () => undefined); // the backend may refuse before it has read the body
  const body = inflated
    ? pipeline(req, createGunzip(), limitTo(maxBodyBytes), cgi.stdin)
    : pipeline(req, limitTo(maxBodyBytes), cgi.stdin);
  const fed = body.catch(() => stop());
  try {
    const head = await readHead(cgi.stdout);
    res.writeHead(head.status, Object.fromEntries(head.headers));
    res.write(head.rest);
    await pipeline(cgi.stdout, res);
  } catch {
    stop();
    if (res.headersSent) res.destroy();
    else res.writeHead(500, { 'content-type': 'text/plain' }).end('git http-backend failed\n');
  }
  await Promise.all([ended, fed]);
}
