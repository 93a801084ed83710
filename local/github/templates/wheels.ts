import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Template } from './catalogue.ts';
import { fillOnce, fingerprint } from './package-folder.ts';
import type { FilledFolder } from './package-folder.ts';

const run = promisify(execFile);

const TIME_LIMIT_MS = 5 * 60_000;
/** Also proves that the modules are there which some systems package on their own. */
const PROBE = `
import sys, ensurepip, pip, venv
assert sys.version_info >= (3, 10)
print(sys.implementation.cache_tag)`;

/** Fills a folder with the wheels that the requirements of the templates name, for the Python of this machine. */
export async function fillWheels(
  templates: readonly Template[],
  cacheDir: string,
  log: (message: string) => void,
): Promise<FilledFolder> {
  const python = await findPython();
  if (python === null) {
    return { folder: null, problem: 'Python 3.10 or newer, with pip and venv, is not on this machine' };
  }
  const requirements = templates.map(({ repository }) => join(repository, 'requirements.txt'));
  const name = `wheels-${await fingerprint([python, process.platform, process.arch], requirements)}`;
  const filled = await fillOnce(join(cacheDir, name), async (draft) => {
    log('fetching the Python packages of the templates');
    const options = ['--quiet', '--disable-pip-version-check', '--require-hashes', '--only-binary=:all:'];
    for (const file of requirements) {
      await run('python3', ['-m', 'pip', 'download', ...options, `--dest=${draft}`, `--requirement=${file}`], {
        timeout: TIME_LIMIT_MS,
      });
    }
  });
  const problem = filled.problem === null ? null : `its Python packages could not be fetched: ${filled.problem}`;
  return { ...filled, problem };
}

/** Which wheels fit it, as `cpython-311`; null when it cannot make virtual environments. */
async function findPython(): Promise<string | null> {
  try {
    const { stdout } = await run('python3', ['-c', PROBE]);
    return stdout.trim();
  } catch {
    return null;
  }
}
