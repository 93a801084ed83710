import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { builtInActions } from './built-ins/index.ts';
import { createCommandFiles, readCommandFiles } from './command-files.ts';
import type { CommandFiles } from './command-files.ts';
import { WorkflowError } from './errors.ts';
import type { Scope, Status } from './expressions/evaluate.ts';
import { fillIn } from './expressions/template.ts';
import { restoreFolders } from './folders.ts';
import type { JobRun } from './job-run.ts';
import type { ActionWork, ScriptWork, Step } from './job-file.ts';
import { runProcess } from './process.ts';
import type { ProcessEnd } from './process.ts';
import type { Shell } from './workflow-file.ts';

export interface StepEnd {
  isSuccess: boolean;
  outputs: Record<string, string>;
}

/** One step at work: where it writes and what stops it. */
interface StepRun {
  jobRun: JobRun;
  scope: Scope;
  env: Readonly<Record<string, string>>;
  signal: AbortSignal;
}

const SHELLS: Readonly<Record<Shell | 'unset', readonly string[]>> = {
  // As on GitHub: only a shell that is named fails in the middle of a pipe, too.
  unset: ['bash', '--noprofile', '--norc', '-e'],
  bash: ['bash', '--noprofile', '--norc', '-eo', 'pipefail'],
  sh: ['sh', '-e'],
};
const PROTECTED_VARIABLE = /^(GITHUB_|RUNNER_|NODE_OPTIONS$)/;

/** What expressions of a step see now. */
export function stepScope(jobRun: JobRun, status: Status, env: Iterable<[string, string]> = jobRun.env): Scope {
  return {
    status,
    contexts: {
      env: Object.fromEntries(env),
      github: jobRun.github,
      inputs: jobRun.run.inputs,
      needs: jobRun.needs,
      steps: Object.fromEntries(jobRun.steps),
    },
  };
}

/** Runs one step whose condition is met. What goes wrong in it is its failure and stands in the log; it never throws. */
export async function runStep(jobRun: JobRun, step: Step, status: Status, signal: AbortSignal): Promise<StepEnd> {
  const limit = step.timeLimitMs === null ? null : AbortSignal.timeout(step.timeLimitMs);
  try {
    const own = Object.entries(step.env).map(([name, template]): [string, string] => [
      name,
      fillIn(template, stepScope(jobRun, status)),
    ]);
    const scope = stepScope(jobRun, status, [...jobRun.env, ...own]);
    await restoreFolders(jobRun.folders);
    const files = await createCommandFiles(jobRun.folders.temp);
    const env = environmentFor(jobRun, own, files);
    const stepRun = { jobRun, scope, env, signal: limit ? AbortSignal.any([signal, limit]) : signal };
    const end = step.work.kind === 'script' ? await runScript(stepRun, step.work) : await runAction(stepRun, step.work);
    const outputs = await applyCommands(jobRun, files);
    if (limit?.aborted && !signal.aborted) jobRun.log.error('The step has run out of time.');
    return { isSuccess: end.isSuccess, outputs: { ...outputs, ...end.outputs } };
  } catch (error) {
    jobRun.log.error(error instanceof Error ? error.message : 'The step failed.');
    return { isSuccess: false, outputs: {} };
  }
}

async function runScript({ jobRun, scope, env, signal }: StepRun, work: ScriptWork): Promise<StepEnd> {
  const { folders, defaults, log } = jobRun;
  const script = fillIn(work.script, scope);
  log.line(`##[group]Run ${script.trim().split('\n', 1)[0] ?? ''}\n${script.trimEnd()}\n##[endgroup]`);
  const file = join(folders.temp, `step-${randomUUID()}.sh`);
  await writeFile(file, `${script}\n`, { flag: 'wx' });
  const folder = work.workingDirectory ?? defaults.workingDirectory;
  const cwd = resolve(folders.workspace, folder === null ? '.' : fillIn(folder, scope));
  const [shell = 'sh', ...args] = SHELLS[work.shell ?? defaults.shell ?? 'unset'];
  const end = await runInside(jobRun, { file: shell, args: [...args, file], cwd, env }, signal);
  if (!end.stopped && end.exitCode !== 0) log.error(`Process completed with exit code ${end.exitCode ?? 1}.`);
  return { isSuccess: end.exitCode === 0, outputs: {} };
}

async function runAction({ jobRun, scope, env, signal }: StepRun, work: ActionWork): Promise<StepEnd> {
  const { folders, log, run } = jobRun;
  log.line(`##[group]Run ${work.action}\n##[endgroup]`);
  const inputs = Object.entries(work.inputs).map(([name, template]) => [name, fillIn(template, scope)]);
  const outputs = await builtInActions[work.action]?.run({
    inputs: Object.fromEntries(inputs),
    request: run.request,
    folders,
    artifacts: run.artifacts,
    log,
    addPath: (folder) => jobRun.path.unshift(folder),
    async run(file, args) {
      const end = await runInside(jobRun, { file, args, cwd: folders.workspace, env }, signal);
      if (end.exitCode !== 0) throw new WorkflowError(`${work.action} failed with exit code ${end.exitCode ?? 1}`);
    },
  });
  return { isSuccess: true, outputs: { ...outputs } };
}

async function runInside(
  { sandbox, log }: JobRun,
  command: { file: string; args: readonly string[]; cwd: string; env: Readonly<Record<string, string>> },
  signal: AbortSignal,
): Promise<ProcessEnd> {
  return runProcess(sandbox.wrap(command), signal, log.write);
}

function environmentFor(jobRun: JobRun, own: readonly [string, string][], files: CommandFiles): Record<string, string> {
  const { PATH = '', ...base } = jobRun.baseEnv;
  return {
    ...base,
    ...Object.fromEntries([...jobRun.env, ...own]),
    ...files,
    PATH: [...jobRun.path, PATH, ...jobRun.sandbox.path].join(delimiter),
  };
}

async function applyCommands(jobRun: JobRun, files: CommandFiles): Promise<Readonly<Record<string, string>>> {
  const { env, outputs, path } = await readCommandFiles(files);
  for (const [name, value] of Object.entries(env)) {
    if (PROTECTED_VARIABLE.test(name)) jobRun.log.line(`##[warning]A step may not set ${name}.`);
    else jobRun.env.set(name, value);
  }
  for (const folder of path) jobRun.path.unshift(folder);
  return outputs;
}
