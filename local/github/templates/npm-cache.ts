import { execFile } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Template } from './catalogue.ts';
import { fillOnce, fingerprint, inScratchFolder } from './package-folder.ts';
import type { FilledFolder } from './package-folder.ts';

const run = promisify(execFile);

const TIME_LIMIT_MS = 5 * 60_000;
const INSTALL = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier', '--logs-max=0'];

/** Fills a cache of npm's with all that the lock files of the templates name. */
export async function fillNpmCache(
  templates: readonly Template[],
  cacheDir: string,
  log: (message: string) => void,
): Promise<FilledFolder & { registry: string | null }> {
  const registry = await findRegistry();
  if (registry === null) return { folder: null, registry, problem: 'npm is not on this machine' };
  const locks = templates.map(({ repository }) => join(repository, 'package-lock.json'));
  const name = `npm-${await fingerprint([registry, process.platform, process.arch], locks)}`;
  const filled = await fillOnce(join(cacheDir, name), async (draft) => {
    log('fetching the npm packages of the templates');
    for (const template of templates) await fetchPackages(template, draft);
  });
  const problem = filled.problem === null ? null : `its npm packages could not be fetched: ${filled.problem}`;
  return { ...filled, problem, registry };
}

/** Installs once with the cache and, to be sure, once more without a network. */
async function fetchPackages({ repository }: Template, cache: string): Promise<void> {
  await inScratchFolder(cache, async (folder) => {
    for (const file of ['.npmrc', 'package.json', 'package-lock.json']) {
      await cp(join(repository, file), join(folder, file));
    }
    const options = { cwd: folder, timeout: TIME_LIMIT_MS };
    await run('npm', [...INSTALL, `--cache=${cache}`], options);
    await run('npm', [...INSTALL, `--cache=${cache}`, '--offline'], options);
  });
}

/** npm files packages under the name of their registry, so a run must be told the same one; it need not know how to sign in. */
async function findRegistry(): Promise<string | null> {
  try {
    const { stdout } = await run('npm', ['config', 'get', 'registry']);
    const registry = new URL(stdout.trim());
    registry.username = '';
    registry.password = '';
    return registry.href;
  } catch {
    return null;
  }
}
