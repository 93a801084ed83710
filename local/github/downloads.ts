import { createReadStream } from 'node:fs';
import fs from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { artifactFile, isSigned } from './artifacts.ts';
import { zipLogs } from './run-logs.ts';
import type { World } from './world.ts';

/** The far side of a 302: no token, only the signature in the link. */
export interface Download {
  kind: 'artifacts' | 'logs';
  id: number;
}

export function matchDownload(url: URL): Download | null {
  const [, kind, id] = /^\/_downloads\/(artifacts|logs)\/(\d+)\.zip$/.exec(url.pathname) ?? [];
  return kind === 'artifacts' || kind === 'logs' ? { kind, id: Number(id) } : null;
}

export function downloadRouteName({ kind }: Download): string {
  return `GET /_downloads/${kind}/{id}.zip`;
}

const zipHeaders = { 'content-type': 'application/zip', 'cache-control': 'no-store' };

function refuse(res: ServerResponse, status: number, message: string): void {
  res.writeHead(status, { 'content-type': 'text/plain' }).end(`${message}\n`);
}

export async function serveDownload(
  world: World,
  url: URL,
  { kind, id }: Download,
  res: ServerResponse,
): Promise<void> {
  const { state } = world.store;
  if (!isSigned(world, url)) return refuse(res, 403, 'The link is not valid any more.');
  if (kind === 'logs') {
    const run = state.runs.find((candidate) => candidate.id === id);
    if (!run) return refuse(res, 404, 'Not found');
    const zip = await zipLogs(world, run);
    res.writeHead(200, { ...zipHeaders, 'content-length': zip.length }).end(zip);
    return;
  }
  const artifact = state.artifacts.find((candidate) => candidate.id === id);
  const size = artifact && (await fs.stat(artifactFile(world, id)).catch(() => null))?.size;
  if (size === undefined) return refuse(res, 404, 'Not found');
  res.writeHead(200, { ...zipHeaders, 'content-length': size });
  await pipeline(createReadStream(artifactFile(world, id)), res).catch(() => res.destroy());
}
