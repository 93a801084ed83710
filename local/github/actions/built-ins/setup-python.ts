import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { WorkflowError } from '../errors.ts';
import type { BuiltInAction } from './types.ts';

const execute = promisify(execFile);

/** Version managers put a script in the place of python3; this is the program behind it, also when we run in an environment of Python's. */
const FIND_PYTHON =
  'import sys, platform; print(getattr(sys, "_base_executable", sys.executable)); print(platform.python_version())';

/** Makes `python` and `pip` lead to the machine's Python 3, in a virtual environment of the job's own. */
export const setupPython: BuiltInAction = {
  inputs: ['cache', 'cache-dependency-path', 'python-version'],
  async run({ inputs, folders, addPath, log, run }) {
    const { executable, version } = await findPython();
    log.line(`Python ${version} of this machine (asked for: ${inputs['python-version'] ?? 'any'})`);
    const environment = join(folders.tools, 'python');
    await run(executable, ['-m', 'venv', environment]);
    addPath(join(environment, 'bin'));
    return { 'python-version': version };
  },
};

async function findPython(): Promise<{ executable: string; version: string }> {
  try {
    const { stdout } = await execute('python3', ['-c', FIND_PYTHON]);
    const [executable = '', version = ''] = stdout.trim().split('\n');
    return { executable, version };
  } catch {
    throw new WorkflowError('actions/setup-python: there is no python3 on this machine');
  }
}
