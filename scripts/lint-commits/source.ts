/** A piece of source text as it is written, delimiters included, and its offset. */
export interface Piece {
  readonly at: number;
  readonly text: string;
}

export interface Source {
  /** The text with comments, and what strings, templates and regular expressions hold, blanked; offsets and lines stay. */
  readonly code: string;
  /** Comments of one line, `// …`. */
  readonly comments: readonly Piece[];
  /** Strings, and templates in parts: up to `${` and from `}` on. */
  readonly literals: readonly Piece[];
}

const COMMENT = /\/\/.*|\/\*[^]*?\*\//y;
const STRING = /'(?:\\[^]|[^'\\\n])*'|"(?:\\[^]|[^"\\\n])*"/y;
const TEMPLATE_PART = /[`}](?:\\[^]|\$(?!\{)|[^\\`$])*(?:`|\$\{)/y;
const REGEX = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y;
/** Behind a value `/` divides; elsewhere it begins a regular expression. */
const VALUE_BEFORE = /[\w$)\]}'"`](?<!\b(?:return|typeof|case|in|of|await|yield|void))\s*$/;
const LOOK_BACK = 200;

/** Tells code, comments and literals of TypeScript apart: a word in a comment is no call, and `//` in a string no comment. */
export function readSource(text: string): Source {
  const comments: Piece[] = [];
  const literals: Piece[] = [];
  const braces: number[] = []; // for each open `${`, how many braces are open in it
  let code = '';
  while (code.length < text.length) {
    const at = code.length;
    const char = text.charAt(at);
    const comment = matchAt(COMMENT, text, at);
    const part = char === '`' || (char === '}' && braces.at(-1) === 0) ? matchAt(TEMPLATE_PART, text, at) : undefined;
    const literal = part ?? matchAt(STRING, text, at);
    if (comment !== undefined) {
      if (comment.startsWith('//')) comments.push({ at, text: comment });
      code += blank(comment);
    } else if (literal !== undefined) {
      if (char === '}') braces.pop();
      if (part?.endsWith('${')) braces.push(0);
      literals.push({ at, text: literal });
      code += char + blank(literal.slice(1, -1)) + literal.slice(-1);
    } else {
      const regex = VALUE_BEFORE.test(code.slice(-LOOK_BACK)) ? undefined : matchAt(REGEX, text, at);
      const open = braces.at(-1);
      if (open !== undefined && char === '{') braces[braces.length - 1] = open + 1;
      if (open !== undefined && char === '}') braces[braces.length - 1] = open - 1;
      code += regex === undefined ? char : `/${blank(regex.slice(2))}/`;
    }
  }
  return { code, comments, literals };
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function blank(text: string): string {
  return text.replaceAll(/[^\n]/g, ' ');
}
