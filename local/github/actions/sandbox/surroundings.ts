import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, delimiter, dirname, join, sep } from 'node:path';
import { cacheDir, checkoutDir, stateDir } from '../../../paths.ts';
import { findPython } from '../python.ts';

/** What is around a job on this machine; real paths. */
export interface Surroundings {
  hidden: readonly string[];
  /** Folders of programs that a step may need, wherever they are installed. */
  kept: readonly string[];
  /** Where the runtimes are. Version managers only leave scripts on the search path, which find nothing in a sandbox. */
  path: readonly string[];
}

/** Hides what is the user's and ours; keeps Node.js, Python and what the search path names outside of the user's home. */
export async function findSurroundings(ours: readonly string[]): Promise<Surroundings> {
  const hidden = await realFolders([homedir(), checkoutDir, stateDir, cacheDir(), ...ours]);
  const python = await findPython().catch(() => null);
  const runtimes = await realFolders([process.execPath, ...(python ? [python.executable] : [])].map(dirname));
  const named = await realFolders((process.env.PATH ?? '').split(delimiter).filter((folder) => folder.startsWith(sep)));
  const others = named.filter((folder) => !hidden.some((each) => folder === each || folder.startsWith(each + sep)));
  const pip = python?.pip ? await realFolders([python.pip]) : [];
  return { hidden, kept: [...new Set([...[...runtimes, ...others].flatMap(withLibraries), ...pip])], path: runtimes };
}

/** Not the whole prefix: that may be the user's home, or hold more than programs. */
function withLibraries(folder: string): string[] {
  if (basename(folder) !== 'bin') return [folder];
  const prefix = dirname(folder);
  return [folder, join(prefix, 'lib'), join(prefix, 'include')].filter((each) => existsSync(each));
}

/** Without those that are not there. */
async function realFolders(folders: readonly string[]): Promise<string[]> {
  const found = await Promise.all(folders.map((folder) => realpath(folder).catch(() => null)));
  return [...new Set(found.filter((folder) => folder !== null && folder !== sep))] as string[];
}
