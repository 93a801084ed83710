import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Version managers put a script in the place of python3; this finds the program behind it, its version, and its pip. */
const DESCRIBE = `
import importlib.util, json, os, platform, sys
pip = importlib.util.find_spec("pip")
print(json.dumps({
  "executable": os.path.realpath(getattr(sys, "_base_executable", sys.executable)),
  "version": platform.python_version(),
  "packages": f"lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages",
  "pip": pip.submodule_search_locations[0] if pip else None,
}))`;

/** The machine's Python 3. */
export interface Python {
  executable: string;
  version: string;
  /** Where an environment keeps its packages, below its own folder. */
  packages: string;
  pip: string | null;
}

const found = new Map<string, Promise<Python>>();

/** Looks once for each search path; throws when there is none. */
export function findPython(): Promise<Python> {
  const searchPath = process.env.PATH ?? '';
  const finding = found.get(searchPath) ?? describePython();
  found.set(searchPath, finding);
  return finding;
}

async function describePython(): Promise<Python> {
  // -I: neither the folder that we happen to be in nor the user's variables decide what is imported.
  const { stdout } = await execute('python3', ['-I', '-c', DESCRIBE]);
  return JSON.parse(stdout) as Python;
}
