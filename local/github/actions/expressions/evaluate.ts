import { WorkflowError } from '../errors.ts';
import type { Expression } from './parse.ts';
import type { FunctionName } from './supported.ts';
import { compare, isTruthy, lookUp, toText } from './value.ts';
import type { Value } from './value.ts';

/** How things stand when an `if` is decided; `skipped`: a job that is needed did not run, and none has failed. */
export type Status = 'success' | 'failure' | 'cancelled' | 'skipped';

/** What an expression can see. */
export interface Scope {
  contexts: Readonly<Record<string, Value>>;
  status: Status;
}

/** Throws a WorkflowError when `format()` refers to an argument that is not there. */
export function evaluate(expression: Expression, scope: Scope): Value {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'path':
      return expression.path.reduce<Value>(lookUp, scope.contexts);
    case 'not':
      return !isTruthy(evaluate(expression.of, scope));
    case 'both': {
      const left = evaluate(expression.left, scope);
      return isTruthy(left) ? evaluate(expression.right, scope) : left;
    }
    case 'either': {
      const left = evaluate(expression.left, scope);
      return isTruthy(left) ? left : evaluate(expression.right, scope);
    }
    case 'compare':
      return compare(expression.operator, evaluate(expression.left, scope), evaluate(expression.right, scope));
    case 'call':
      return call(
        expression.name,
        expression.args.map((arg) => evaluate(arg, scope)),
        scope.status,
      );
  }
}

function call(name: FunctionName, args: readonly Value[], status: Status): Value {
  const [first = null, second = null] = args;
  const text = toText(first).toLowerCase();
  const sought = toText(second).toLowerCase();
  switch (name) {
    case 'always':
      return true;
    case 'success':
    case 'failure':
    case 'cancelled':
      return status === name;
    case 'contains':
      return text.includes(sought);
    case 'startswith':
      return text.startsWith(sought);
    case 'endswith':
      return text.endsWith(sought);
    case 'format':
      return format(toText(first), args.slice(1));
  }
}

function format(pattern: string, args: readonly Value[]): string {
  return pattern.replaceAll(/\{\{|\}\}|\{(\d+)\}/g, (found, index: string | undefined) => {
    if (index === undefined) return found.slice(1);
    const arg = args[Number(index)];
    if (arg === undefined) throw new WorkflowError(`format() has no argument {${index}}`);
    return toText(arg);
  });
}
