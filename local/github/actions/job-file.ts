import { WorkflowError } from './errors.ts';
import type { Expression } from './expressions/parse.ts';
import { parseCondition, parseTemplate } from './expressions/template.ts';
import type { Template } from './expressions/template.ts';
import type { Place } from './expressions/supported.ts';
import { builtInActions } from './built-ins/index.ts';
import { asMapping, asOptionalMapping, asOptionalText, asText, onlyKeys } from './yaml-values.ts';
import { readDefaults, readEnv, readShell } from './workflow-file.ts';
import type { EnvTemplates, JobEntry, RunDefaults, Shell } from './workflow-file.ts';

export interface Job {
  id: string;
  name: Template | null;
  condition: Expression | null;
  env: EnvTemplates;
  defaults: RunDefaults;
  timeLimitMs: number;
  steps: readonly Step[];
}

export interface Step {
  name: Template;
  id: string | null;
  condition: Expression | null;
  env: EnvTemplates;
  /** A yes or no, or a template that becomes `true` or `false`. */
  continueOnError: Template;
  timeLimitMs: number | null;
  work: ScriptWork | ActionWork;
}

export interface ScriptWork {
  kind: 'script';
  script: Template;
  shell: Shell | null;
  workingDirectory: Template | null;
}

export interface ActionWork {
  kind: 'action';
  /** `actions/checkout`, without the version. */
  action: string;
  inputs: Readonly<Record<string, Template>>;
}

const JOB_KEYS = [
  'name',
  'runs-on',
  'needs',
  'if',
  'env',
  'defaults',
  'timeout-minutes',
  'steps',
  'permissions',
  'concurrency',
];
const STEP_KEYS = [
  'name',
  'id',
  'if',
  'env',
  'continue-on-error',
  'timeout-minutes',
  'run',
  'shell',
  'working-directory',
  'uses',
  'with',
];
/** GitHub's own limit and default for a job. */
const LONGEST_MINUTES = 360;

/** Reads a whole job; throws a WorkflowError that names the first thing in it which cannot be run here. */
export function readJob({ id, raw }: JobEntry): Job {
  const where = `jobs.${id}`;
  return naming(where, () => {
    onlyKeys(raw, JOB_KEYS, where);
    const machine = asText(raw['runs-on'], `${where}.runs-on`);
    if (!/^ubuntu-[\w.-]+$/.test(machine)) throw new WorkflowError(`${where}.runs-on: ${machine} is not supported`);
    return {
      id,
      name: optionalTemplate(raw.name, `${where}.name`, 'job'),
      condition: readCondition(raw.if, `${where}.if`, 'job-if'),
      env: readEnv(raw.env, `${where}.env`, 'job'),
      defaults: readDefaults(raw.defaults, `${where}.defaults`, 'job'),
      timeLimitMs: readMinutes(raw['timeout-minutes'], `${where}.timeout-minutes`) ?? LONGEST_MINUTES * 60_000,
      steps: readSteps(raw.steps, `${where}.steps`),
    };
  });
}

function readSteps(value: unknown, where: string): Step[] {
  if (!Array.isArray(value) || value.length === 0) throw new WorkflowError(`${where} must be a list`);
  const steps = value.map((step, index) => readStep(step, `${where}[${index}]`));
  const ids = steps.flatMap((step) => step.id ?? []);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new WorkflowError(`${where}: the id ${twice} is used twice`);
  return steps;
}

function readStep(value: unknown, where: string): Step {
  const step = asMapping(value, where);
  onlyKeys(step, STEP_KEYS, where);
  return naming(where, () => {
    const work = step.uses === undefined ? readScript(step, where) : readAction(step, where);
    const title = step.uses === undefined ? firstLine(asText(step.run, `${where}.run`)) : asText(step.uses, where);
    return {
      name: optionalTemplate(step.name, `${where}.name`, 'step') ?? [`Run ${title}`],
      id: asOptionalText(step.id, `${where}.id`),
      condition: readCondition(step.if, `${where}.if`, 'step-if'),
      env: readEnv(step.env, `${where}.env`, 'step'),
      continueOnError: optionalTemplate(step['continue-on-error'], `${where}.continue-on-error`, 'step') ?? [],
      timeLimitMs: readMinutes(step['timeout-minutes'], `${where}.timeout-minutes`),
      work,
    };
  });
}

function readScript(step: Readonly<Record<string, unknown>>, where: string): ScriptWork {
  if (step.with !== undefined) throw new WorkflowError('"with" goes with "uses"');
  return {
    kind: 'script',
    script: parseTemplate(asText(step.run, `${where}.run`), 'step'),
    shell: readShell(step.shell, `${where}.shell`),
    workingDirectory: optionalTemplate(step['working-directory'], `${where}.working-directory`, 'step'),
  };
}

function readAction(step: Readonly<Record<string, unknown>>, where: string): ActionWork {
  if (step.run !== undefined) throw new WorkflowError('a step has either "run" or "uses"');
  const uses = asText(step.uses, `${where}.uses`);
  const [action = '', version = ''] = uses.split('@');
  const builtIn = Object.hasOwn(builtInActions, action) ? builtInActions[action] : undefined;
  if (!builtIn || !/^v\d/.test(version)) throw new WorkflowError(`the action ${uses} is not supported`);
  const inputs = asOptionalMapping(step.with, `${where}.with`);
  onlyKeys(inputs, builtIn.inputs, `${action}: with`);
  const templates = Object.entries(inputs).map(([name, text]) => [
    name,
    parseTemplate(asText(text, `${where}.with.${name}`), 'step'),
  ]);
  return { kind: 'action', action, inputs: Object.fromEntries(templates) };
}

function readCondition(value: unknown, where: string, place: 'job-if' | 'step-if'): Expression | null {
  const source = asOptionalText(value, where);
  return source === null ? null : parseCondition(source, place);
}

function optionalTemplate(value: unknown, where: string, place: Place): Template | null {
  const source = asOptionalText(value, where);
  return source === null ? null : parseTemplate(source, place);
}

function readMinutes(value: unknown, where: string): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' && value > 0) return Math.min(value, LONGEST_MINUTES) * 60_000;
  throw new WorkflowError(`${where} must be a number above zero`);
}

function firstLine(script: string): string {
  return script.trim().split('\n', 1)[0] ?? '';
}

/** Puts the step's place before messages that do not tell it themselves. */
function naming<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof WorkflowError) || error.message.startsWith(where)) throw error;
    throw new WorkflowError(`${where}: ${error.message}`);
  }
}
