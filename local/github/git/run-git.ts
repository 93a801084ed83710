import { spawn } from 'node:child_process';

const defaultMaxBytes = 64 * 1024 * 1024;

/** Settings that each git process of the server gets; the machine's and the user's own configuration never counts. */
const settings: readonly (readonly [string, string])[] = [
  ['safe.directory', '*'],
  ['core.quotePath', 'false'],
  ['core.hooksPath', '/dev/null'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['receive.autogc', 'false'],
  ['receive.maxInputSize', '209715200'],
  ['uploadpack.allowFilter', 'true'],
  ['uploadpack.allowAnySHA1InWant', 'true'],
  ['advice.detachedHead', 'false'],
];

/** The whole environment of a git process. `extra` settings come last and win. */
export function gitEnvironment(
  variables: Readonly<Record<string, string>> = {},
  extra: readonly (readonly [string, string])[] = [],
): Record<string, string> {
  const environment: Record<string, string> = {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
    HOME: '/nonexistent',
    XDG_CONFIG_HOME: '/nonexistent',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    ...variables,
  };
  [...settings, ...extra].forEach(([key, value], index) => {
    environment[`GIT_CONFIG_KEY_${index}`] = key;
    environment[`GIT_CONFIG_VALUE_${index}`] = value;
    environment['GIT_CONFIG_COUNT'] = String(index + 1);
  });
  return environment;
}

/** A git command ended with an exit code that the caller did not expect. */
class GitFailed extends Error {
  readonly exitCode: number | null;
  constructor(args: readonly string[], exitCode: number | null, stderr: string) {
    super(`git ${args[0] ?? ''} ended with ${exitCode}: ${stderr.slice(0, 2000)}`);
    this.name = 'GitFailed';
    this.exitCode = exitCode;
  }
}

export interface GitOptions {
  input?: Buffer | string;
  env?: Readonly<Record<string, string>>;
  maxBytes?: number;
}

/** Runs git in a bare repository and gives its output. Throws GitFailed unless it ends with 0. */
export async function git(repositoryDir: string, args: readonly string[], options: GitOptions = {}): Promise<Buffer> {
  const child = spawn('git', [`--git-dir=${repositoryDir}`, ...args], {
    env: gitEnvironment(options.env),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const chunks: Buffer[] = [];
  let size = 0;
  let stderr = '';
  const maxBytes = options.maxBytes ?? defaultMaxBytes;
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxBytes) child.kill('SIGKILL');
    else chunks.push(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    if (stderr.length < 10_000) stderr += chunk.toString('utf8');
  });
  child.stdin.on('error', () => undefined); // git may end before it has read everything; its exit code tells
  child.stdin.end(options.input ?? '');
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (exitCode !== 0) throw new GitFailed(args, exitCode, size > maxBytes ? 'its output is too large' : stderr);
  return Buffer.concat(chunks);
}

/** The same, as text without the last line's end. */
export async function gitText(dir: string, args: readonly string[], options: GitOptions = {}): Promise<string> {
  return (await git(dir, args, options)).toString('utf8').replace(/\n$/, '');
}

/** The same, or null when git ends with another code than 0 (an object or ref that does not exist). */
export async function gitTry(dir: string, args: readonly string[], options: GitOptions = {}): Promise<string | null> {
  try {
    return await gitText(dir, args, options);
  } catch (error) {
    if (error instanceof GitFailed) return null;
    throw error;
  }
}
