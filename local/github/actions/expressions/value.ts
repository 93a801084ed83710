/** What an expression can hold. Contexts are nested records; their keys are compared without regard to case. */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value };

export const COMPARISONS = ['==', '!=', '<', '<=', '>', '>='] as const;
export type Comparison = (typeof COMPARISONS)[number];

export function isComparison(text: string): text is Comparison {
  return (COMPARISONS as readonly string[]).includes(text);
}

/** False are `false`, `0`, `NaN`, the empty text and `null`; all else is true. */
export function isTruthy(value: Value): boolean {
  return Boolean(value);
}

/** How GitHub writes a value into a text. */
export function toText(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'object') return Array.isArray(value) ? 'Array' : 'Object';
  return String(value);
}

/** GitHub compares texts without regard to case, and turns both sides into numbers where their types differ. */
export function compare(operator: Comparison, left: Value, right: Value): boolean {
  if (typeof left === 'string' && typeof right === 'string') {
    return order(operator, left.toLowerCase(), right.toLowerCase());
  }
  if (typeof left === 'object' && left !== null && typeof right === 'object' && right !== null) {
    return operator === '!=' ? left !== right : operator === '==' && left === right;
  }
  return order(operator, toNumber(left), toNumber(right));
}

/** The entry of a record, found without regard to case; `null` where there is none. */
export function lookUp(value: Value, key: string): Value {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return null;
  const wanted = key.toLowerCase();
  return Object.entries(value).find(([name]) => name.toLowerCase() === wanted)?.[1] ?? null;
}

function order<T extends string | number>(operator: Comparison, left: T, right: T): boolean {
  switch (operator) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}

function toNumber(value: Value): number {
  if (value === null) return 0;
  if (typeof value === 'object') return Number.NaN;
  return typeof value === 'string' && value.trim() === '' ? 0 : Number(value);
}
