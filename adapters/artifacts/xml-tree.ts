import { XMLParser } from 'fast-xml-parser';
import { ArtifactError } from './artifact-error.ts';
import type { ArtifactLimits } from './limits.ts';
import { assertModestXml } from './xml-guard.ts';

/** An element with its own text (CDATA included, children's not). Attribute values and text have their five entities resolved. */
export type XmlElement = {
  name: string;
  attribute(name: string): string | undefined;
  children: readonly XmlElement[];
  text: string;
};

type Node = Readonly<Record<string, unknown>>;
const attributesKey = ':@';
const textKey = '#text';
const cdataKey = '#cdata';

/** Entities stay off in the parser: what a document declares is refused before, and the five of XML itself are resolved here, once. */
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  cdataPropName: cdataKey,
  parseTagValue: false,
  trimValues: false,
  processEntities: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  jPath: false,
});

/** The root element of an untrusted document that is well-formed to its very end. Throws `ArtifactError`. */
export function parseXml(text: string, limits: ArtifactLimits): XmlElement {
  assertModestXml(text, limits);
  const root = parseNodes(text).find((node) => !nameOf(node).startsWith('#'));
  if (root === undefined) throw new ArtifactError('parse_error', 'The report has no root element.');
  return elementOf(root);
}

function parseNodes(text: string): Node[] {
  try {
    return parser.parse(text, true) as Node[]; // with validation: without it a report that ends early passes
  } catch {
    throw new ArtifactError('parse_error', 'The report is not well-formed XML; it may end too early.');
  }
}

function nameOf(node: Node): string {
  return Object.keys(node).find((key) => key !== attributesKey) ?? textKey;
}

function elementOf(node: Node): XmlElement {
  const name = nameOf(node);
  const content = node[name] as readonly Node[];
  const attributes = (node[attributesKey] ?? {}) as Readonly<Record<string, string>>;
  return {
    name,
    attribute: (key) => (Object.hasOwn(attributes, key) ? resolveEntities(attributes[key] ?? '') : undefined),
    children: content.filter((child) => !nameOf(child).startsWith('#')).map((child) => elementOf(child)),
    text: content.map((child) => ownText(child)).join(''),
  };
}

function ownText(node: Node): string {
  if (textKey in node) return resolveEntities(String(node[textKey]));
  const cdata = node[cdataKey] as readonly Node[] | undefined;
  return cdata === undefined ? '' : cdata.map((part) => String(part[textKey])).join('');
}

const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const reference = /&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#x([\da-f]{1,6}));/giu;

/** One reference at a time: `replace` would keep those of the whole text, a hundred times their length, until the last is found. */
function resolveEntities(text: string): string {
  const parts: string[] = [];
  let from = 0;
  for (const { 0: all, 1: name, 2: decimal, 3: hex, index } of text.matchAll(reference)) {
    parts.push(text.slice(from, index), characterOf(all, name, decimal ?? (hex && `0x${hex}`)));
    from = index + all.length;
  }
  parts.push(text.slice(from));
  return parts.join('');
}

function characterOf(all: string, name: string | undefined, code: string | undefined): string {
  if (name !== undefined) return named[name] ?? all;
  return Number(code) <= 0x10_ff_ff ? String.fromCodePoint(Number(code)) : all;
}
