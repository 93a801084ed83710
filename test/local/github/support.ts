import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Octokit } from '@octokit/core';
import type { ExecuteWorkflow, WorkflowInfo, WorkflowRunOutcome } from '../../../local/github/actions/types.ts';
import { controlClient } from '../../../local/github/control/client.ts';
import type { ControlClient } from '../../../local/github/control/client.ts';
import { rawZip } from '../../../local/github/control/raw-zip.ts';
import { startLocalGithub } from '../../../local/github/server.ts';
import type { LocalGithub, LocalGithubOptions } from '../../../local/github/server.ts';

export const org = 'tenon-hire-dev';
export const template = 'tenon-template-small';

/** A workflow file in JSON, which is YAML as well; the tests need no YAML reader. */
export const workflowText = JSON.stringify({
  name: 'Tenon CI',
  runName: 'Tenon run',
  inputs: {
    marker: { required: false, default: 'none' },
    level: { required: false, options: ['low', 'high'] },
  },
});

/** Reads what `workflowText` holds; `inputs` absent means no `workflow_dispatch` trigger. */
function readWorkflow(text: string): WorkflowInfo {
  const file = JSON.parse(text) as { name: string; runName: string; inputs?: WorkflowInfo['dispatchInputs'] };
  return {
    name: file.name,
    dispatchInputs: file.inputs ?? null,
    runName: ({ inputs }) => `${file.runName} ${inputs['marker'] ?? ''}`.trim(),
  };
}

/** Ends well with one artifact, without executing anything. */
export const succeed: ExecuteWorkflow = async (request): Promise<WorkflowRunOutcome> => {
  const zipPath = path.join(request.workDir, 'results.zip');
  const bytes = rawZip([{ path: 'tenon-test-results.json', data: Buffer.from('{"passed":3,"failed":0}') }]);
  await fs.writeFile(zipPath, bytes);
  const at = new Date().toISOString();
  const step = {
    name: 'Test',
    number: 1,
    status: 'completed',
    conclusion: 'success',
    startedAt: at,
    completedAt: at,
  } as const;
  return {
    conclusion: 'success',
    runName: `Tenon run ${request.inputs['marker']}`,
    headSha: request.sha,
    jobs: [
      { name: 'test', conclusion: 'success', startedAt: at, completedAt: at, steps: [step], log: 'three passed\n' },
    ],
    artifacts: [{ name: 'tenon-test-results', zipPath, sizeBytes: bytes.length }],
  };
};

export interface TestGithub extends LocalGithub {
  dir: string;
  token: string;
  control: ControlClient;
  octokit: Octokit;
  octokitFor(token: string): Octokit;
  /** Stops the server and starts it again on the same state. */
  restart(options?: Partial<LocalGithubOptions>): Promise<TestGithub>;
}

async function writeTemplate(folder: string): Promise<void> {
  await fs.mkdir(path.join(folder, '.github/workflows'), { recursive: true });
  await fs.mkdir(path.join(folder, 'src'));
  await fs.writeFile(path.join(folder, '.github/workflows/tenon-ci.yml'), workflowText);
  await fs.writeFile(path.join(folder, 'README.md'), '# Small\n');
  await fs.writeFile(path.join(folder, 'src/sum.js'), 'export const sum = (a, b) => a - b;\n');
}

async function startIn(dir: string, options: Partial<LocalGithubOptions>): Promise<TestGithub> {
  const token = 'service-token-of-the-tests';
  const github = await startLocalGithub({
    dir: path.join(dir, 'state'),
    cacheDir: path.join(dir, 'cache'),
    org,
    serviceToken: token,
    templates: [{ key: 'small', folder: path.join(dir, 'template'), description: 'A small template' }],
    execute: succeed,
    readWorkflow,
    log: () => undefined,
    ...options,
  });
  const octokitFor = (auth: string): Octokit =>
    new Octokit({ auth, baseUrl: github.apiUrl, log: { debug() {}, info() {}, warn() {}, error() {} } });
  return {
    ...github,
    dir,
    token,
    control: controlClient(github.url, token),
    octokit: octokitFor(token),
    octokitFor,
    async restart(others = {}) {
      await github.close();
      return startIn(dir, { ...options, ...others });
    },
  };
}

export async function startTestGithub(options: Partial<LocalGithubOptions> = {}): Promise<TestGithub> {
  const dir = await fs.mkdtemp(path.join(os.tmpdir(), 'tenon-github-'));
  await writeTemplate(path.join(dir, 'template'));
  return startIn(dir, options);
}

export async function stopTestGithub(github: TestGithub | undefined): Promise<void> {
  await github?.close();
  if (github) await fs.rm(github.dir, { recursive: true, force: true });
}

/** A private repository generated from the test template. */
export async function generate(github: TestGithub, name: string): Promise<{ id: number | bigint; clone_url: string }> {
  const { data } = await github.octokit.request('POST /repos/{template_owner}/{template_repo}/generate', {
    template_owner: org,
    template_repo: template,
    owner: org,
    name,
    private: true,
  });
  return data;
}

/** Dispatches `tenon-ci.yml` on the main branch of `work` and returns the run's id. */
export async function dispatch(github: TestGithub, inputs: Record<string, string> = {}): Promise<number> {
  const { data } = await github.octokit.request(
    'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches',
    { owner: org, repo: 'work', workflow_id: 'tenon-ci.yml', ref: 'main', inputs, return_run_details: true },
  );
  return (data as { workflow_run_id: number }).workflow_run_id;
}

const run = promisify(execFile);

/** The user's git, with nothing but its own environment. */
export function git(cwd: string, ...args: string[]): Promise<string> {
  return runGit(cwd, args);
}

/** The same with a token, which goes through git's environment: never into a URL, a file or a process list. */
export function gitAs(token: string): typeof git {
  const credential = Buffer.from(`candidate:${token}`).toString('base64');
  const settings = {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'http.extraHeader',
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${credential}`,
  };
  return (cwd, ...args) => runGit(cwd, args, settings);
}

async function runGit(cwd: string, args: readonly string[], settings: Record<string, string> = {}): Promise<string> {
  const env = {
    PATH: process.env['PATH'],
    HOME: cwd,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'Candidate',
    GIT_AUTHOR_EMAIL: 'candidate@example.com',
    GIT_COMMITTER_NAME: 'Candidate',
    GIT_COMMITTER_EMAIL: 'candidate@example.com',
    ...settings,
  };
  const { stdout } = await run('git', args, { cwd, env });
  return stdout.trim();
}
