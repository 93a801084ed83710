import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A candidate's clone of their workspace, worked on with the real git. */
export interface Checkout {
  /** Applies a patch, commits it and pushes; gives the new commit's short id. */
  pushPatch(patchFile: string, message: string): Promise<string>;
  /** Takes back everything since the clone, in the working tree only. */
  startOver(): Promise<void>;
  remove(): Promise<void>;
}

interface CloneOptions {
  readonly repoUrl: string;
  readonly login: string;
  readonly token: string;
}

/** Clones as the candidate would; the token goes through git's environment, never into a URL or a file. */
export async function cloneWorkspace({ repoUrl, login, token }: CloneOptions): Promise<Checkout> {
  const dir = await mkdtemp(join(tmpdir(), 'tenon-candidate-'));
  const credential = Buffer.from(`${login}:${token}`).toString('base64');
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: dir,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'http.extraHeader',
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${credential}`,
    GIT_AUTHOR_NAME: login,
    GIT_AUTHOR_EMAIL: `${login}@example.test`,
    GIT_COMMITTER_NAME: login,
    GIT_COMMITTER_EMAIL: `${login}@example.test`,
  };
  const work = join(dir, 'work');
  const git = async (cwd: string, ...args: string[]): Promise<string> =>
    (await run('git', args, { cwd, env, timeout: 60_000 })).stdout.trim();
  await git(dir, 'clone', '--quiet', `${repoUrl}.git`, work);
  const base = await git(work, 'rev-parse', 'HEAD');
  return {
    async pushPatch(patchFile, message) {
      await git(work, 'apply', '--index', patchFile);
      await git(work, 'commit', '--quiet', '-m', message);
      await git(work, 'push', '--quiet', 'origin', 'HEAD');
      return git(work, 'rev-parse', '--short', 'HEAD');
    },
    async startOver() {
      await git(work, 'read-tree', '-u', '--reset', base);
    },
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}
