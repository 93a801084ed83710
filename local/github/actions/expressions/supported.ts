import { WorkflowError } from '../errors.ts';

/** Where an expression stands: what GitHub offers differs from place to place. */
export type Place = 'run-name' | 'workflow-env' | 'job-if' | 'job' | 'step-if' | 'step';

const CONTEXTS: Readonly<Record<Place, readonly string[]>> = {
  'run-name': ['github', 'inputs'],
  'workflow-env': ['github', 'inputs'],
  'job-if': ['github', 'inputs', 'needs'],
  job: ['github', 'inputs', 'needs'],
  'step-if': ['github', 'inputs', 'needs', 'env', 'steps'],
  step: ['github', 'inputs', 'needs', 'env', 'steps'],
};

const GITHUB_KEYS = [
  'actor',
  'api_url',
  'event_name',
  'job',
  'ref',
  'ref_name',
  'ref_type',
  'repository',
  'repository_owner',
  'run_attempt',
  'run_id',
  'run_number',
  'server_url',
  'sha',
  'triggering_actor',
  'workflow',
  'workspace',
];

/** Least and most arguments of each function. */
const FUNCTIONS = {
  always: [0, 0],
  cancelled: [0, 0],
  failure: [0, 0],
  success: [0, 0],
  contains: [2, 2],
  endswith: [2, 2],
  format: [1, 100],
  startswith: [2, 2],
} as const;
export type FunctionName = keyof typeof FUNCTIONS;
const STATUS_FUNCTIONS: readonly string[] = ['always', 'cancelled', 'failure', 'success'];

/** Throws a WorkflowError naming the function when it is unknown or misplaced. */
export function checkFunction(written: string, place: Place): FunctionName {
  const name = written.toLowerCase();
  if (!isFunctionName(name)) throw new WorkflowError(`the function ${written}() is not supported`);
  if (STATUS_FUNCTIONS.includes(name) && !place.endsWith('-if')) {
    throw new WorkflowError(`the function ${written}() is not supported outside of "if"`);
  }
  return name;
}

/** Throws a WorkflowError naming the function when it does not take so many arguments. */
export function checkArgumentCount(name: FunctionName, argumentCount: number): void {
  const [least, most] = FUNCTIONS[name];
  if (argumentCount >= least && argumentCount <= most) return;
  throw new WorkflowError(`the function ${name}() does not take ${argumentCount} arguments`);
}

/** Throws a WorkflowError naming the whole path when its context or a part of it is not supported at this place. */
export function checkPath(path: readonly string[], place: Place): void {
  const [root = '', ...keys] = path.map((key) => key.toLowerCase());
  const written = path.join('.');
  if (!CONTEXTS[place].includes(root)) throw new WorkflowError(`the context ${written} is not supported here`);
  if (!isSupported(root, keys)) throw new WorkflowError(`${written} is not supported`);
}

function isSupported(root: string, keys: readonly string[]): boolean {
  const [first = '', second = ''] = keys;
  switch (root) {
    case 'github':
      if (first === 'event') return second === 'inputs' && keys.length === 3;
      return keys.length === 1 && GITHUB_KEYS.includes(first);
    case 'inputs':
    case 'env':
      return keys.length === 1;
    case 'needs':
      return keys.length === 2 && second === 'result';
    case 'steps':
      return (
        (keys.length === 2 && ['outcome', 'conclusion'].includes(second)) || (keys.length === 3 && second === 'outputs')
      );
    default:
      return false;
  }
}

function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(FUNCTIONS, name);
}
