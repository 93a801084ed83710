import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createReadStream } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import type { Base } from './base.ts';
import type { ArtifactRecord, RunRecord } from './state.ts';

const artifactLifeMs = 90 * 24 * 60 * 60 * 1000;
const linkLifeSeconds = 60;

export function artifactFile(base: Base, artifactId: number): string {
  return path.join(base.dir, 'artifacts', `${artifactId}.zip`);
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return `sha256:${hash.digest('hex')}`;
}

async function moveFile(from: string, to: string): Promise<void> {
  try {
    await fs.rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    await fs.copyFile(from, to);
    await fs.rm(from);
  }
}

export interface NewArtifact {
  name: string;
  content: { file: string } | { bytes: Buffer };
  expired?: boolean;
}

/** Takes an artifact's zip into the store; the caller commits the state. */
export async function keepArtifact(base: Base, run: RunRecord, artifact: NewArtifact): Promise<ArtifactRecord> {
  const id = base.store.nextId('artifact');
  const file = artifactFile(base, id);
  await fs.mkdir(path.dirname(file), { recursive: true });
  if ('file' in artifact.content) await moveFile(artifact.content.file, file);
  else await fs.writeFile(file, artifact.content.bytes);
  const now = Date.now();
  const record: ArtifactRecord = {
    id,
    runId: run.id,
    repositoryId: run.repositoryId,
    name: artifact.name,
    sizeBytes: (await fs.stat(file)).size,
    digest: await digestOf(file),
    expired: artifact.expired ?? false,
    createdAt: new Date(now).toISOString(),
    expiresAt: new Date(artifact.expired ? now : now + artifactLifeMs).toISOString(),
  };
  base.store.state.artifacts.push(record);
  return record;
}

function signatureOf(base: Base, pathname: string, expires: string): string {
  return createHmac('sha256', base.store.state.downloadKey).update(`${pathname}\n${expires}`).digest('hex');
}

/** A link outside the API that needs no token and works for a minute. */
export function signedLink(base: Base, pathname: string): string {
  const expires = String(Math.floor(Date.now() / 1000) + linkLifeSeconds);
  return `${base.links.url}${pathname}?expires=${expires}&signature=${signatureOf(base, pathname, expires)}`;
}

export function isSigned(base: Base, url: URL): boolean {
  const expires = url.searchParams.get('expires') ?? '';
  const given = Buffer.from(url.searchParams.get('signature') ?? '');
  const wanted = Buffer.from(signatureOf(base, url.pathname, expires));
  return given.length === wanted.length && timingSafeEqual(given, wanted) && Number(expires) * 1000 > Date.now();
}
