import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkoutDir } from '../paths.ts';
import { isExecutable } from '../programs.ts';
import { runTool } from '../tool.ts';

const TIMEOUT_MS = 120_000; // about 30 MB; offline it fails at once

/** Puts the SDK's own download of a server at `target`. Returns false when it cannot be had, e.g. offline. */
export async function downloadBySdk(
  kind: 'dev-server' | 'time-skipping',
  version: string,
  target: string,
): Promise<boolean> {
  return inFreshFolder(dirname(target), async (dir) => {
    const script = fileURLToPath(new URL('./sdk-download.ts', import.meta.url));
    try {
      await runTool(process.execPath, ['--import', 'tsx', script, kind, version, dir], {
        cwd: checkoutDir,
        timeoutMs: TIMEOUT_MS,
      });
    } catch {
      return false;
    }
    const file = (await readdir(dir)).map((name) => join(dir, name)).find((path) => isExecutable(path));
    if (file === undefined) return false;
    await chmod(file, 0o755);
    await rename(file, target);
    return true;
  });
}

/** Gives `work` a new folder beside the target, on the same disk so that a rename is atomic, and removes it afterwards. */
export async function inFreshFolder<T>(parent: string, work: (dir: string) => Promise<T>): Promise<T> {
  await mkdir(parent, { recursive: true });
  const dir = await mkdtemp(join(parent, 'new-'));
  try {
    return await work(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
