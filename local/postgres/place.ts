import { lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { stateKey, stateDir } from '../paths.ts';
import { postgresAccount } from './account.ts';

const SHARED_DIR = '/var/tmp'; // survives a restart of the machine, and every account can walk into it

/** The folder of this stack's Postgres: in its state folder, or as root where `nobody` can get to. */
export function postgresPlace(): string {
  return postgresAccount() ? join(SHARED_DIR, `tenon-postgres-${stateKey()}`) : join(stateDir, 'postgres');
}

/**
 * Makes a folder that only its owner can change. Others may walk through it but not list it.
 * @throws when somebody else was there first (the name is predictable and the folder above may be shared).
 */
export async function makeOwnFolder(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o711 });
  const found = await lstat(dir);
  const own = found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
  if (!own) throw new Error(`${dir} belongs to somebody else or is writable by others: remove it.`);
}
