import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { openPromise } from 'yauzl';
import { executeWorkflow } from '../../../../local/github/actions/index.ts';
import type { WorkflowRunOutcome, WorkflowRunRequest } from '../../../../local/github/actions/types.ts';

const run = promisify(execFile);
const WORKFLOW = '.github/workflows/ci.yml';

/** A file of a repository: its text, or where a symbolic link leads. */
export type RepositoryFile = string | { linkTo: string };

/** A temporary folder in which a test makes repositories and runs their workflows. */
export interface Workshop {
  folder: string;
  /** Commits the files, with this workflow, and runs it. */
  run(
    workflow: string,
    given?: Partial<WorkflowRunRequest> & { files?: Record<string, RepositoryFile> },
  ): Promise<WorkflowRunOutcome>;
  /** The work folder of the last run. */
  workDir(): string;
  remove(): Promise<void>;
}

export async function openWorkshop(): Promise<Workshop> {
  const folder = await mkdtemp(join(tmpdir(), 'tenon-actions-'));
  let count = 0;
  const workDir = (): string => join(folder, `run-${count}`);
  return {
    folder,
    workDir,
    remove: () => rm(folder, { recursive: true, force: true }),
    async run(workflow, { files = {}, ...given } = {}) {
      count += 1;
      await mkdir(workDir());
      const repository = await commit(join(folder, `repository-${count}`), { ...files, [WORKFLOW]: workflow });
      return executeWorkflow({
        ...repository,
        ref: 'refs/heads/main',
        repository: 'tenon/example',
        actor: 'ada',
        runId: 42,
        runNumber: 7,
        workflowPath: WORKFLOW,
        inputs: {},
        workDir: workDir(),
        cacheDir: join(folder, 'cache'),
        timeLimitMs: 60_000,
        signal: new AbortController().signal,
        ...given,
      });
    },
  };
}

/** The one job of a run that has only one. */
export function onlyJob(outcome: WorkflowRunOutcome): WorkflowRunOutcome['jobs'][number] {
  const [job, ...more] = outcome.jobs;
  if (!job || more.length > 0) throw new Error(`expected one job, not ${outcome.jobs.length}`);
  return job;
}

/** Step names and how they ended, without the set-up. */
export function conclusions(outcome: WorkflowRunOutcome): Record<string, string> {
  const steps = onlyJob(outcome).steps.slice(1);
  return Object.fromEntries(steps.map((step) => [step.name, step.conclusion]));
}

/** A workflow with one job of these steps, given as YAML list items without indentation. */
export function oneJob(steps: string, before = ''): string {
  const indented = steps.trim().replaceAll(/^/gm, '      ');
  return `name: Example\non: workflow_dispatch\n${before}jobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n${indented}\n`;
}

/** Name and text of every entry of a zip. */
export async function readZip(path: string): Promise<Record<string, string>> {
  const zip = await openPromise(path, { lazyEntries: true });
  const entries: Record<string, string> = {};
  for await (const entry of zip.eachEntry()) {
    entries[entry.fileName] = await text(await zip.openReadStreamPromise(entry));
  }
  return entries;
}

/** Makes a repository of these files and a bare clone of it beside it. */
async function commit(
  folder: string,
  files: Record<string, RepositoryFile>,
): Promise<{ bareRepo: string; sha: string }> {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  const git = (...args: string[]): Promise<{ stdout: string }> => run('git', ['-C', folder, ...args], { env });
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    if (typeof content === 'string') await writeFile(path, content);
    else await symlink(content.linkTo, path);
    if (typeof content === 'string' && content.startsWith('#!')) await chmod(path, 0o755);
  }
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all', '--force');
  await git('-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', 'commit', '--quiet', '--message=Start');
  const bareRepo = `${folder}.git`;
  await git('clone', '--quiet', '--bare', folder, bareRepo);
  return { bareRepo, sha: (await git('rev-parse', 'HEAD')).stdout.trim() };
}
