import { stripVTControlCharacters } from 'node:util';

/** What the end of mocha's output says. */
export interface Told {
  /** Undefined when the output has no end: mocha was stopped or died. */
  readonly counts?: { readonly passing: number; readonly failing: number };
  /** Each failure with its differences and its stack, as mocha prints them below its counts. */
  readonly failures: string;
}

/** Reads the output of mocha's spec reporter. */
export function told(output: string): Told {
  const lines = output.split('\n');
  const plain = lines.map((line) => stripVTControlCharacters(line));
  const end = plain.findLastIndex((line) => /^ {2}\d+ passing \(.+\)$/.test(line));
  if (end < 0) return { failures: '' };
  const isFailing = (line: string): boolean => /^ {2}\d+ failing$/.test(line);
  const failing = plain.findIndex((line, at) => at > end && isFailing(line));
  return {
    counts: { passing: numberIn(plain[end]), failing: failing < 0 ? 0 : numberIn(plain[failing]) },
    failures:
      failing < 0
        ? ''
        : lines
            .slice(failing + 1)
            .join('\n')
            .trimEnd(),
  };
}

function numberIn(line = ''): number {
  return Number(/\d+/.exec(line)?.[0]);
}
