import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { cp, lstat, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { OfflinePackages } from '../templates/offline-packages.ts';
import { filesOf } from './sandbox/sandbox.ts';

const run = promisify(execFile);

/** The folders of one job. All but `place` are the steps' own and lie in it; it goes when the job has ended. */
export interface JobFolders {
  /** No step can write here itself. */
  place: string;
  workspace: string;
  home: string;
  temp: string;
  tools: string;
  npmCache: string;
  wheels: string;
}

/** Steps get copies of the shared caches: what they do to them stays in their own job. */
export async function createFolders(place: string, packages: OfflinePackages): Promise<JobFolders> {
  const root = filesOf(place);
  const folders: JobFolders = {
    place,
    workspace: join(root, 'work'),
    home: join(root, 'home'),
    temp: join(root, 'temp'),
    tools: join(root, 'tools'),
    npmCache: join(root, 'npm'),
    wheels: join(root, 'wheels'),
  };
  const { npmCache, wheels, ...rest } = folders;
  await Promise.all(Object.values(rest).map((folder) => mkdir(folder, { recursive: true })));
  await Promise.all([copyOrMake(packages.npmCache, npmCache), copyOrMake(packages.wheels, wheels)]);
  return folders;
}

/** Makes sure that the folders that we write to and read from are folders: a step may have put a link in their place. */
export async function restoreFolders({ workspace, temp }: JobFolders): Promise<void> {
  for (const folder of [workspace, temp]) {
    const stats = await lstat(folder).catch(() => null);
    if (stats?.isDirectory()) continue;
    await rm(folder, { force: true });
    await mkdir(folder);
  }
}

/** Removes a folder also when a step has taken away its permissions. */
export async function removeFolder(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    await run('chmod', ['-R', 'u+rwX', folder]).catch(() => {});
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function copyOrMake(from: string | null, to: string): Promise<void> {
  await (from === null ? mkdir(to) : cp(from, to, { recursive: true, mode: constants.COPYFILE_FICLONE }));
}
