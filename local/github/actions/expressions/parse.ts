import { WorkflowError } from '../errors.ts';
import { checkArgumentCount, checkFunction, checkPath } from './supported.ts';
import type { FunctionName, Place } from './supported.ts';
import { tokenize } from './tokens.ts';
import type { Token } from './tokens.ts';
import { isComparison } from './value.ts';
import type { Comparison } from './value.ts';

export type Expression =
  | { kind: 'literal'; value: null | boolean | number | string }
  | { kind: 'path'; path: readonly string[] }
  | { kind: 'call'; name: FunctionName; args: readonly Expression[] }
  | { kind: 'not'; of: Expression }
  | { kind: 'both' | 'either'; left: Expression; right: Expression }
  | { kind: 'compare'; operator: Comparison; left: Expression; right: Expression };

const DEEPEST = 50;
const KEYWORDS: Readonly<Record<string, null | boolean>> = { true: true, false: false, null: null };

/** Reads what stands between `${{` and `}}`; throws a WorkflowError that names what is not supported at this place. */
export function parseExpression(source: string, place: Place): Expression {
  const tokens = tokenize(source);
  let next = 0;
  let depth = 0;

  const fail = (what: string): never => {
    throw new WorkflowError(`the expression "${source.trim()}" ${what}`);
  };
  const peekSign = (...signs: string[]): string | null => {
    const token = tokens[next];
    return token?.kind === 'sign' && signs.includes(token.value) ? token.value : null;
  };
  const takeSign = (...signs: string[]): string | null => {
    const sign = peekSign(...signs);
    if (sign !== null) next += 1;
    return sign;
  };
  const expectSign = (sign: string): void => {
    if (takeSign(sign) === null) fail(`misses a ${sign}`);
  };

  function either(): Expression {
    if ((depth += 1) > DEEPEST) fail('is nested too deeply');
    let left = both();
    while (takeSign('||')) left = { kind: 'either', left, right: both() };
    depth -= 1;
    return left;
  }

  function both(): Expression {
    let left = equality();
    while (takeSign('&&')) left = { kind: 'both', left, right: equality() };
    return left;
  }

  function equality(): Expression {
    return comparisons(['==', '!='], () => comparisons(['<', '<=', '>', '>='], unary));
  }

  function comparisons(operators: string[], operand: () => Expression): Expression {
    let left = operand();
    for (let operator = takeSign(...operators); operator !== null; operator = takeSign(...operators)) {
      if (isComparison(operator)) left = { kind: 'compare', operator, left, right: operand() };
    }
    return left;
  }

  function unary(): Expression {
    let negations = 0;
    while (takeSign('!')) negations += 1;
    let result = primary();
    for (; negations > 0; negations -= 1) result = { kind: 'not', of: result };
    return result;
  }

  function primary(): Expression {
    if (takeSign('(')) {
      const inner = either();
      expectSign(')');
      return inner;
    }
    const token = tokens[next] ?? fail('ends too early');
    next += 1;
    if (token.kind === 'text' || token.kind === 'number') return { kind: 'literal', value: token.value };
    if (token.kind !== 'name') return fail(`has an unexpected ${token.value}`);
    if (Object.hasOwn(KEYWORDS, token.value)) return { kind: 'literal', value: KEYWORDS[token.value] ?? null };
    return peekSign('(') ? call(token.value) : path(token.value);
  }

  function call(written: string): Expression {
    const name = checkFunction(written, place);
    expectSign('(');
    const args: Expression[] = [];
    if (!peekSign(')')) {
      do args.push(either());
      while (takeSign(','));
    }
    expectSign(')');
    checkArgumentCount(name, args.length);
    return { kind: 'call', name, args };
  }

  function path(root: string): Expression {
    const keys = [root];
    for (let sign = takeSign('.', '['); sign !== null; sign = takeSign('.', '[')) {
      const key: Token = tokens[next] ?? fail('ends too early');
      next += 1;
      if (key.kind !== (sign === '.' ? 'name' : 'text')) {
        return fail(
          `uses ${sign}${key.value}, which is not supported: only names after a dot and texts in brackets are`,
        );
      }
      keys.push(key.value);
      if (sign === '[') expectSign(']');
    }
    checkPath(keys, place);
    return { kind: 'path', path: keys };
  }

  const whole = either();
  const rest = tokens[next];
  return rest ? fail(`has an unexpected ${rest.value}`) : whole;
}

/** True when the expression calls one of the status functions, which replace the implied `success()`. */
export function asksForStatus(expression: Expression): boolean {
  switch (expression.kind) {
    case 'literal':
    case 'path':
      return false;
    case 'not':
      return asksForStatus(expression.of);
    case 'call':
      return (
        ['always', 'cancelled', 'failure', 'success'].includes(expression.name) || expression.args.some(asksForStatus)
      );
    case 'both':
    case 'either':
    case 'compare':
      return asksForStatus(expression.left) || asksForStatus(expression.right);
  }
}
