import { join } from 'node:path';
import { WorkflowError } from '../errors.ts';
import { findPython } from '../python.ts';
import type { Python } from '../python.ts';
import type { BuiltInAction } from './types.ts';

/**
 * Lends the machine's pip to an environment: unpacking one of its own would take longer than all the rest. It runs inside of
 * the sandbox as whatever else writes to folders that steps have had in their hands.
 */
const LEND_PIP = `
set -e
environment=$1 packages=$2 pip=$3
mkdir -p "$environment/lent"
ln -sfn "$pip" "$environment/lent/pip"
echo "$environment/lent" > "$environment/$packages/lent.pth"
printf '#!/bin/sh\\nexec "%s/bin/python" -m pip "$@"\\n' "$environment" > "$environment/bin/pip"
chmod 755 "$environment/bin/pip"
`;

/** Makes `python` and `pip` lead to the machine's Python 3, in a virtual environment of the job's own. */
export const setupPython: BuiltInAction = {
  inputs: ['cache', 'cache-dependency-path', 'python-version'],
  async run({ inputs, folders, addPath, log, run }) {
    const python = await machinePython();
    log.line(`Python ${python.version} of this machine (asked for: ${inputs['python-version'] ?? 'any'})`);
    const environment = join(folders.tools, 'python');
    await run(python.executable, ['-m', 'venv', ...(python.pip === null ? [] : ['--without-pip']), environment]);
    if (python.pip !== null) await run('sh', ['-c', LEND_PIP, 'sh', environment, python.packages, python.pip]);
    addPath(join(environment, 'bin'));
    return { 'python-version': python.version };
  },
};

async function machinePython(): Promise<Python> {
  try {
    return await findPython();
  } catch {
    throw new WorkflowError('actions/setup-python: there is no python3 on this machine');
  }
}
