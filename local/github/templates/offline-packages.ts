import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where a run finds packages without a network. Folders are absolute; null: there are none for that language. */
export interface OfflinePackages {
  npmCache: string | null;
  /** The registry under whose name npm keeps the packages in its cache. */
  npmRegistry: string | null;
  wheels: string | null;
}

/** Checkouts share the cache but not their lock files, so each keeps its own record there. */
const CHECKOUT = createHash('sha256')
  .update(import.meta.url)
  .digest('hex')
  .slice(0, 16);
const FILE = `offline-packages-${CHECKOUT}.json`;

/** Replaces what was said before in one step: runs may be reading it. */
export async function writeOfflinePackages(cacheDir: string, packages: OfflinePackages): Promise<void> {
  await mkdir(cacheDir, { recursive: true });
  const draft = join(cacheDir, `${FILE}.${randomUUID()}`);
  await writeFile(draft, `${JSON.stringify(packages, null, 2)}\n`);
  await rename(draft, join(cacheDir, FILE));
}

/** Nothing at all where the cache was never filled. */
export async function readOfflinePackages(cacheDir: string): Promise<OfflinePackages> {
  const text = await readFile(join(cacheDir, FILE), 'utf8').catch(() => null);
  if (text === null) return { npmCache: null, npmRegistry: null, wheels: null };
  return JSON.parse(text) as OfflinePackages;
}
