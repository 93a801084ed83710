import { WorkflowError } from '../errors.ts';

export type Token =
  | { kind: 'text'; value: string }
  | { kind: 'number'; value: number }
  | { kind: 'name'; value: string }
  | { kind: 'sign'; value: string };

const SPACE = /\s+/y;
const TEXT = /'((?:[^']|'')*)'/y;
const NUMBER = /-?(?:0x[0-9a-fA-F]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)/y;
const NAME = /[A-Za-z_][\w-]*/y;
const SIGN = /==|!=|<=|>=|&&|\|\||[<>!().,[\]*]/y;

/** Splits an expression; throws a WorkflowError that names the character it stumbled over. */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(source);
    if (match) at = pattern.lastIndex;
    return match;
  };
  while (at < source.length) {
    if (take(SPACE)) continue;
    const token = readToken(take, tokens.at(-1));
    if (!token) throw new WorkflowError(`the expression "${source.trim()}" has an unexpected ${source[at]}`);
    tokens.push(token);
  }
  return tokens;
}

function readToken(take: (pattern: RegExp) => RegExpExecArray | null, before: Token | undefined): Token | null {
  const text = take(TEXT);
  if (text) return { kind: 'text', value: (text[1] ?? '').replaceAll("''", "'") };
  // After a dot comes a name, also where it could be read as a number.
  const afterDot = before?.kind === 'sign' && before.value === '.';
  const number = afterDot ? null : take(NUMBER);
  if (number) return { kind: 'number', value: readNumber(number[0]) };
  const name = take(NAME);
  if (name) return { kind: 'name', value: name[0] };
  const sign = take(SIGN);
  return sign && { kind: 'sign', value: sign[0] };
}

function readNumber(text: string): number {
  return text.startsWith('-') ? -Number(text.slice(1)) : Number(text);
}
