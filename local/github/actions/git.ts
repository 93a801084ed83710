import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Nothing of the machine's or the user's git settings, no hooks, no questions. */
const GIT_ENV = {
  GIT_CONFIG_COUNT: '2',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_KEY_0: 'safe.directory',
  GIT_CONFIG_KEY_1: 'core.hooksPath',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_VALUE_0: '*',
  GIT_CONFIG_VALUE_1: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
};
const LARGEST_OUTPUT_BYTES = 16 * 1024 * 1024;

/** Runs git outside of any sandbox and returns what it printed; throws with git's own words. */
export async function git(args: readonly string[], signal: AbortSignal): Promise<string> {
  const env = { PATH: process.env.PATH ?? '', LC_ALL: 'C', ...GIT_ENV };
  const { stdout } = await run('git', [...args], { env, signal, maxBuffer: LARGEST_OUTPUT_BYTES });
  return stdout;
}
