import { WorkflowError } from './errors.ts';
import { parseTemplate } from './expressions/template.ts';
import type { Template } from './expressions/template.ts';
import type { Place } from './expressions/supported.ts';
import type { DispatchInput } from './types.ts';
import { asMapping, asOptionalMapping, asOptionalText, asTexts, onlyKeys, readYaml } from './yaml-values.ts';
import type { Mapping } from './yaml-values.ts';

/** A workflow file down to its jobs; a job is read in full when its turn comes, so that its faults land in its own log. */
export interface WorkflowFile {
  name: string | null;
  runName: Template | null;
  dispatchInputs: Readonly<Record<string, DispatchInput>> | null;
  env: EnvTemplates;
  defaults: RunDefaults;
  jobs: readonly JobEntry[];
}

export interface JobEntry {
  id: string;
  needs: readonly string[];
  raw: Mapping;
}

export type EnvTemplates = Readonly<Record<string, Template>>;
export type Shell = 'bash' | 'sh';

export interface RunDefaults {
  shell: Shell | null;
  workingDirectory: Template | null;
}

const FILE_KEYS = ['name', 'run-name', 'on', 'permissions', 'concurrency', 'env', 'defaults', 'jobs'];
const INPUT_KEYS = ['description', 'type', 'required', 'default', 'options', 'deprecationMessage'];
const ID = /^[A-Za-z_][\w-]*$/;

/** Throws a WorkflowError that names what it met. */
export function readWorkflowFile(text: string): WorkflowFile {
  const file = asMapping(readYaml(text), 'the workflow file');
  onlyKeys(file, FILE_KEYS, '');
  const runName = asOptionalText(file['run-name'], 'run-name');
  return {
    name: asOptionalText(file.name, 'name'),
    runName: runName === null ? null : parseTemplate(runName, 'run-name'),
    dispatchInputs: readTriggers(file.on),
    env: readEnv(file.env, 'env', 'workflow-env'),
    defaults: readDefaults(file.defaults, 'defaults', 'job'),
    jobs: readJobs(file.jobs),
  };
}

export function readEnv(value: unknown, where: string, place: Place): EnvTemplates {
  const entries = Object.entries(asOptionalMapping(value, where));
  return Object.fromEntries(
    entries.map(([name, text]) => [name, parseTemplate(asOptionalText(text, `${where}.${name}`) ?? '', place)]),
  );
}

export function readDefaults(value: unknown, where: string, place: Place): RunDefaults {
  const defaults = asOptionalMapping(value, where);
  onlyKeys(defaults, ['run'], where);
  const run = asOptionalMapping(defaults.run, `${where}.run`);
  onlyKeys(run, ['shell', 'working-directory'], `${where}.run`);
  const folder = asOptionalText(run['working-directory'], `${where}.run.working-directory`);
  return {
    shell: readShell(run.shell, `${where}.run.shell`),
    workingDirectory: folder === null ? null : parseTemplate(folder, place),
  };
}

export function readShell(value: unknown, where: string): Shell | null {
  const shell = asOptionalText(value, where);
  if (shell === null || shell === 'bash' || shell === 'sh') return shell;
  throw new WorkflowError(`${where}: the shell ${shell} is not supported`);
}

function readTriggers(value: unknown): WorkflowFile['dispatchInputs'] {
  if (typeof value === 'string' || Array.isArray(value)) {
    return asTexts(value, 'on').includes('workflow_dispatch') ? {} : null;
  }
  const triggers = asMapping(value, 'on');
  if (!Object.hasOwn(triggers, 'workflow_dispatch')) return null;
  const dispatch = asOptionalMapping(triggers.workflow_dispatch, 'on.workflow_dispatch');
  onlyKeys(dispatch, ['inputs'], 'on.workflow_dispatch');
  const inputs = Object.entries(asOptionalMapping(dispatch.inputs, 'on.workflow_dispatch.inputs'));
  return Object.fromEntries(inputs.map(([name, input]) => [name, readInput(name, input)]));
}

function readInput(name: string, value: unknown): DispatchInput {
  const where = `on.workflow_dispatch.inputs.${name}`;
  const input = asOptionalMapping(value, where);
  onlyKeys(input, INPUT_KEYS, where);
  const preset = asOptionalText(input.default, `${where}.default`);
  const type = asOptionalText(input.type, `${where}.type`);
  const options = asTexts(input.options, `${where}.options`);
  return {
    required: input.required === true,
    ...(preset !== null && { default: preset }),
    ...(type !== null && { type }),
    ...(options.length > 0 && { options }),
  };
}

function readJobs(value: unknown): JobEntry[] {
  const jobs = Object.entries(asMapping(value, 'jobs')).map(([id, job]): JobEntry => {
    if (!ID.test(id)) throw new WorkflowError(`jobs.${id}: this is not a valid job id`);
    const raw = asMapping(job, `jobs.${id}`);
    return { id, raw, needs: asTexts(raw.needs, `jobs.${id}.needs`) };
  });
  if (jobs.length === 0) throw new WorkflowError('jobs must name at least one job');
  return inOrder(jobs);
}

/** Every job after those that it needs; otherwise as written. */
function inOrder(jobs: readonly JobEntry[]): JobEntry[] {
  const ordered: JobEntry[] = [];
  const left = new Map(jobs.map((job) => [job.id, job]));
  for (const job of jobs) {
    const missing = job.needs.find((id) => !left.has(id));
    if (missing !== undefined) throw new WorkflowError(`jobs.${job.id}.needs: there is no job ${missing}`);
  }
  while (left.size > 0) {
    const ready = [...left.values()].find((job) => job.needs.every((id) => !left.has(id)));
    if (!ready) throw new WorkflowError(`jobs: ${[...left.keys()].join(', ')} need each other`);
    left.delete(ready.id);
    ordered.push(ready);
  }
  return ordered;
}
