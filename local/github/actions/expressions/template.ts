import { WorkflowError } from '../errors.ts';
import { evaluate } from './evaluate.ts';
import type { Scope } from './evaluate.ts';
import { asksForStatus, parseExpression } from './parse.ts';
import type { Expression } from './parse.ts';
import type { Place } from './supported.ts';
import { isTruthy, toText } from './value.ts';
import type { Value } from './value.ts';

/** A text with `${{ }}` in it, read once and filled in whenever it is needed. */
export type Template = readonly (string | Expression)[];

// A `}}` inside of a text in quotes does not end the expression.
const EXPRESSION = /\$\{\{((?:'[^']*'|[^'}]|\}(?!\}))*)\}\}/y;

/** Throws a WorkflowError that names what is not supported at this place. */
export function parseTemplate(source: string, place: Place): Template {
  const parts: (string | Expression)[] = [];
  let end = 0;
  for (let start = source.indexOf('${{'); start !== -1; start = source.indexOf('${{', end)) {
    EXPRESSION.lastIndex = start;
    const match = EXPRESSION.exec(source);
    if (!match) throw new WorkflowError(`an expression in "${source.trim().slice(0, 200)}" has no end`);
    parts.push(source.slice(end, start), parseExpression(match[1] ?? '', place));
    end = start + match[0].length;
  }
  return [...parts, source.slice(end)].filter((part) => part !== '');
}

export function fillIn(template: Template, scope: Scope): string {
  return template.map((part) => (typeof part === 'string' ? part : toText(evaluate(part, scope)))).join('');
}

/** The value itself where the whole text is one expression, else the text. */
export function fillInValue(template: Template, scope: Scope): Value {
  const [only] = template;
  return template.length === 1 && typeof only === 'object' ? evaluate(only, scope) : fillIn(template, scope);
}

/** Reads an `if`: an expression with or without `${{ }}` around it. */
export function parseCondition(source: string, place: 'job-if' | 'step-if'): Expression {
  const trimmed = source.trim();
  if (!trimmed.includes('${{')) return parseExpression(trimmed, place);
  const [only, ...more] = parseTemplate(trimmed, place);
  if (typeof only !== 'object' || more.length > 0) {
    throw new WorkflowError(`the condition "${trimmed}" mixes text and \${{ }}, which is always true on GitHub`);
  }
  return only;
}

/** A condition without a status function means `success() && (…)`; no condition at all means `success()`. */
export function isMet(condition: Expression | null, scope: Scope): boolean {
  if (condition === null) return scope.status === 'success';
  if (!asksForStatus(condition) && scope.status !== 'success') return false;
  return isTruthy(evaluate(condition, scope));
}
