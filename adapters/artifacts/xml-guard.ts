import { ArtifactError } from './artifact-error.ts';
import type { ArtifactLimits } from './limits.ts';

/** The name of a document's root element, or null when none can be seen; cheap, and knows nothing of whether the rest is sound. */
export function rootElement(text: string): string | null {
  const prolog = /^\s*(?:<\?|<!--|<!DOCTYPE)/u;
  let rest = text;
  for (let kind = prolog.exec(rest); kind !== null; kind = prolog.exec(rest)) {
    const end = endOfProlog(rest, kind[0].trimStart(), kind[0].length);
    if (end === -1) return null;
    rest = rest.slice(end);
  }
  return /^\s*<([^\s<>/!?\p{Cc}]+)[\s/>]/u.exec(rest)?.[1] ?? null;
}

function endOfProlog(text: string, kind: string, from: number): number {
  if (kind === '<?') return after(text, '?>', from);
  if (kind === '<!--') return after(text, '-->', from);
  const end = after(text, '>', from);
  const subset = text.slice(from, end === -1 ? undefined : end).indexOf('['); // no further: that would be quadratic
  return subset === -1 ? end : after(text, '>', after(text, ']', from + subset));
}

/** Where the text goes on after `what`, or -1. */
function after(text: string, what: string, from: number): number {
  const at = from === -1 ? -1 : text.indexOf(what, from);
  return at === -1 ? -1 : at + what.length;
}

/**
 * One walk over the markup before a tree is built: refuses document types and entities, depth, numbers of elements and attributes, and
 * what the parser's own validation lets through (a second root or text after a self-closing root, an unclosed comment). Linear.
 * Throws `ArtifactError`.
 */
export function assertModestXml(text: string, limits: ArtifactLimits): void {
  const seen = { depth: 0, elements: 0, attributes: 0, mostAttributes: 0, rooted: false };
  let at = text.indexOf('<');
  assertBlank(text, 0, at);
  while (at !== -1) {
    const end = markupEnd(text, at, seen);
    if (end === -1 || seen.depth < 0) throw broken();
    if (seen.depth > limits.xmlDepth) throw new ArtifactError('xml_too_deep', 'The report is nested too deep.');
    if (isTooLarge(seen, limits)) throw new ArtifactError('xml_too_large', 'The report has too many elements.');
    at = text.indexOf('<', end);
    if (seen.depth === 0) assertBlank(text, end, at);
  }
  if (seen.depth !== 0 || !seen.rooted) throw broken();
}

type Seen = { depth: number; elements: number; attributes: number; mostAttributes: number; rooted: boolean };

function isTooLarge(seen: Seen, limits: ArtifactLimits): boolean {
  if (seen.mostAttributes > limits.xmlElementAttributes) return true;
  return seen.elements > limits.xmlElements || seen.attributes > limits.xmlAttributes;
}

function markupEnd(text: string, at: number, seen: Seen): number {
  if (text.startsWith('<!--', at)) return after(text, '-->', at + 4);
  if (text.startsWith('<![CDATA[', at)) return seen.depth === 0 ? -1 : after(text, ']]>', at + 9);
  if (text.startsWith('<?', at)) return after(text, '?>', at + 2);
  if (text.startsWith('<!', at) && !isCutOff(text.slice(at, at + 9)))
    throw new ArtifactError('xml_entities', 'The report has a document type or declares entities.');
  if (text.startsWith('</', at)) {
    seen.depth -= 1;
    return after(text, '>', at + 2);
  }
  return startTagEnd(text, at, seen);
}

/** Whether a text that ends here may have meant a comment or CDATA: it ends early, and declares nothing. */
function isCutOff(rest: string): boolean {
  return '<!--'.startsWith(rest) || '<![CDATA['.startsWith(rest);
}

function startTagEnd(text: string, at: number, seen: Seen): number {
  if (seen.depth === 0 && seen.rooted) return -1;
  seen.rooted = true;
  seen.elements += 1;
  const end = closingBracket(text, at + 1, seen);
  if (end !== -1 && text[end - 2] !== '/') seen.depth += 1;
  return end;
}

/** What may stand before an attribute's value, and before the end of a start tag: at its beginning, and after an earlier value. */
const beforeValue = { first: /^[^\s=/]+\s+[^\s=/]+\s*=\s*$/u, later: /^\s+[^\s=/]+\s*=\s*$/u };
const beforeEnd = { first: /^[^\s=/]+\s*\/?$/u, later: /^\s*\/?$/u };

/**
 * After the `>` that ends a start tag: one inside quotes does not. -1 for what is no start tag; the parser would take many such, and
 * for millions of attributes without values half a gigabyte.
 */
function closingBracket(text: string, from: number, seen: Seen): number {
  const stops = /[<>"']/gu;
  let at = from;
  for (let quoted = 0; ; quoted += 1) {
    stops.lastIndex = at;
    const stop = stops.exec(text);
    if (stop === null || stop[0] === '<') return -1;
    const place = quoted === 0 ? 'first' : 'later';
    const between = text.slice(at, stop.index);
    if (stop[0] === '>') {
      seen.attributes += quoted;
      seen.mostAttributes = Math.max(seen.mostAttributes, quoted);
      return beforeEnd[place].test(between) ? stops.lastIndex : -1;
    }
    at = after(text, stop[0], stops.lastIndex);
    if (at === -1 || !beforeValue[place].test(between)) return -1;
  }
}

function assertBlank(text: string, from: number, to: number): void {
  if (text.slice(from, to === -1 ? text.length : to).trim() !== '') throw broken();
}

function broken(): ArtifactError {
  return new ArtifactError('parse_error', 'The report is not well-formed XML; it may end too early.');
}
