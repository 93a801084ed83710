import { execFile } from 'node:child_process';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { WorkflowError } from '../errors.ts';
import type { BuiltInAction } from './types.ts';

const execute = promisify(execFile);

/** Version managers put a script in the place of python3; this finds the program behind it, its version, and its pip. */
const DESCRIBE = `
import importlib.util, json, platform, sys
pip = importlib.util.find_spec("pip")
print(json.dumps({
  "executable": getattr(sys, "_base_executable", sys.executable),
  "version": platform.python_version(),
  "packages": f"lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages",
  "pip": pip.submodule_search_locations[0] if pip else None,
}))`;

interface Python {
  executable: string;
  version: string;
  /** Where an environment keeps its packages, below its own folder. */
  packages: string;
  pip: string | null;
}

/** Makes `python` and `pip` lead to the machine's Python 3, in a virtual environment of the job's own. */
export const setupPython: BuiltInAction = {
  inputs: ['cache', 'cache-dependency-path', 'python-version'],
  async run({ inputs, folders, addPath, log, run }) {
    const python = await findPython();
    log.line(`Python ${python.version} of this machine (asked for: ${inputs['python-version'] ?? 'any'})`);
    const environment = join(folders.tools, 'python');
    await run(python.executable, ['-m', 'venv', ...(python.pip === null ? [] : ['--without-pip']), environment]);
    if (python.pip !== null) await lendPip(python, python.pip, environment);
    addPath(join(environment, 'bin'));
    return { 'python-version': python.version };
  },
};

/** Lends the machine's pip to the environment: unpacking one of its own would take longer than all the rest. */
async function lendPip({ packages }: Python, pip: string, environment: string): Promise<void> {
  const shelf = join(environment, 'lent');
  await mkdir(shelf);
  await symlink(pip, join(shelf, 'pip'));
  await writeFile(join(environment, packages, 'lent.pth'), `${shelf}\n`);
  const command = join(environment, 'bin', 'pip');
  await writeFile(command, `#!/bin/sh\nexec "${join(environment, 'bin', 'python')}" -m pip "$@"\n`);
  await chmod(command, 0o755);
}

async function findPython(): Promise<Python> {
  try {
    const { stdout } = await execute('python3', ['-c', DESCRIBE]);
    return JSON.parse(stdout) as Python;
  } catch {
    throw new WorkflowError('actions/setup-python: there is no python3 on this machine');
  }
}
