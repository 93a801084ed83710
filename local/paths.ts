import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout that this file belongs to. */
export const checkoutDir = dirname(dirname(fileURLToPath(import.meta.url)));

/** State of this checkout's stack: secrets, logs, databases, repositories, mails. `npm run clean` removes it. */
export const stateDir = resolve(process.env['TENON_STATE_DIR'] ?? join(checkoutDir, '.local'));

/** Binaries and downloads, shared by all checkouts of this user. */
export function cacheDir(env: NodeJS.ProcessEnv = process.env): string {
  const xdg = env['XDG_CACHE_HOME'];
  return join(xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'tenon'); // the XDG rules ignore relative paths
}

/** Short name for a state folder that is stable and safe in a path. */
export function stateKey(dir: string = stateDir): string {
  return createHash('sha256').update(dir).digest('hex').slice(0, 12);
}
