import { parseDocument } from 'yaml';
import { WorkflowError } from './errors.ts';

export type Mapping = Readonly<Record<string, unknown>>;

const LONGEST_FILE_CHARS = 512 * 1024;
const MOST_ALIASES = 100;

/** Reads YAML as plain data; throws a WorkflowError for what is no YAML, too long, or blown up by aliases. */
export function readYaml(text: string): unknown {
  if (text.length > LONGEST_FILE_CHARS) throw new WorkflowError('the workflow file is too long');
  try {
    const document = parseDocument(text, { logLevel: 'error' });
    const [error] = document.errors;
    if (error) throw new WorkflowError(`the workflow file is not valid YAML: ${error.message}`);
    return document.toJS({ maxAliasCount: MOST_ALIASES });
  } catch (error) {
    if (error instanceof WorkflowError) throw error;
    throw new WorkflowError(
      `the workflow file is not valid YAML: ${error instanceof Error ? error.message : 'unreadable'}`,
    );
  }
}

/** `where` names the place in messages, as `jobs.test.env`. */
export function asMapping(value: unknown, where: string): Mapping {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new WorkflowError(`${where} must be a mapping`);
  }
  return value as Mapping;
}

/** An empty mapping when nothing is there. */
export function asOptionalMapping(value: unknown, where: string): Mapping {
  return value === undefined || value === null ? {} : asMapping(value, where);
}

/** Throws a WorkflowError that names the first key which is not among the supported ones. */
export function onlyKeys(mapping: Mapping, supported: readonly string[], where: string): void {
  const unknown = Object.keys(mapping).find((key) => !supported.includes(key));
  if (unknown !== undefined) throw new WorkflowError(`${where === '' ? '' : `${where}.`}${unknown} is not supported`);
}

/** A text, number or yes/no as text. */
export function asText(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new WorkflowError(`${where} must be a text`);
}

export function asOptionalText(value: unknown, where: string): string | null {
  return value === undefined || value === null ? null : asText(value, where);
}

/** One text or a list of texts. */
export function asTexts(value: unknown, where: string): string[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).map((each) => asText(each, where));
}
