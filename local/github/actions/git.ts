import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** These win over what the repository itself says: no hooks, and no other program of anybody's choice. */
const SETTINGS = {
  'safe.directory': '*',
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'core.sshCommand': 'false',
  'core.attributesFile': '/dev/null',
  'protocol.ext.allow': 'never',
};

/** Nothing of the machine's or the user's git settings, no questions. */
const GIT_ENV = {
  GIT_CONFIG_COUNT: String(Object.keys(SETTINGS).length),
  ...Object.fromEntries(
    Object.entries(SETTINGS).flatMap(([key, value], index) => [
      [`GIT_CONFIG_KEY_${index}`, key],
      [`GIT_CONFIG_VALUE_${index}`, value],
    ]),
  ),
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
};
const LARGEST_OUTPUT_BYTES = 16 * 1024 * 1024;

/**
 * Runs git outside of any sandbox and returns what it printed; throws with git's own words. Never in a folder that a step could
 * have written to: there is no setting against the filters that such a folder may name.
 */
export async function git(args: readonly string[], signal: AbortSignal): Promise<string> {
  const env = { PATH: process.env.PATH ?? '', LC_ALL: 'C', ...GIT_ENV };
  const { stdout } = await run('git', [...args], { env, signal, maxBuffer: LARGEST_OUTPUT_BYTES });
  return stdout;
}
