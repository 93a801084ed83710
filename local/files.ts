import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Writes a file that readers see whole or not at all, readable by everybody who can enter its folder. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  await replace(path, content, 0o644);
}

/** The same for secrets: readable by the owner only. */
export async function writePrivately(path: string, content: string): Promise<void> {
  await replace(path, content, 0o600);
}

async function replace(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const fresh = `${path}.${randomBytes(6).toString('hex')}.new`;
  try {
    await writeFile(fresh, content, { flag: 'wx', mode });
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}
