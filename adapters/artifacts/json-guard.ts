import { ArtifactError } from './artifact-error.ts';
import type { ArtifactLimits } from './limits.ts';

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openers = new Set([0x5b, 0x7b]);
const closers = new Set([0x5d, 0x7d]);

/**
 * Untrusted JSON as a value. Depth and number of values are counted before anything is built: two bytes of `[]` cost many times
 * that in memory, and a value too deep would end a later `JSON.stringify`. Throws `ArtifactError`.
 */
export function parseJson(text: string, limits: ArtifactLimits): unknown {
  assertModest(text, limits);
  try {
    return JSON.parse(text);
  } catch {
    throw new ArtifactError('json_invalid', 'The results are not valid JSON.');
  }
}

function assertModest(text: string, limits: ArtifactLimits): void {
  let depth = 0;
  let values = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfString(text, at);
    else if (code === comma) values += 1;
    else if (openers.has(code)) {
      depth += 1;
      values += 1;
    } else if (closers.has(code)) depth -= 1;
    if (depth > limits.jsonDepth || values > limits.jsonValues)
      throw new ArtifactError('json_too_complex', 'The results are nested too deep or hold too many values.');
  }
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== quote) at += text.charCodeAt(at) === backslash ? 2 : 1;
  return at;
}
