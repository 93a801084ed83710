import { largestCount, type ParsedTestResults } from '../../domain/workspaces/test-results.ts';
import { keepableOutput } from '../../domain/workspaces/text.ts';
import { ArtifactError } from './artifact-error.ts';
import { decodeText } from './decode.ts';
import { parseJson } from './json-guard.ts';
import type { ArtifactLimits } from './limits.ts';
import { keepableSummary } from './summary.ts';

type Fields = Record<string, unknown>;

/** Whether a parsed file is one of results: an object with the three counts, of whatever type. */
export function holdsCounts(value: unknown): value is Fields {
  return isObject(value) && ['passed', 'failed', 'total'].every((key) => Object.hasOwn(value, key));
}

/** Parsed, not yet checked. Throws `ArtifactError`. */
export function parseResultsFile(bytes: Buffer, limits: ArtifactLimits): unknown {
  return parseJson(decodeText(bytes), limits);
}

/**
 * `{passed, failed, total, skipped?, stdout?, stderr?, summary?}`, read strictly: counts are integers from 0 to 10 million and nothing
 * that merely looks like one. `total` is taken as written: a runner may count skipped tests in it. An absent or null text is empty.
 * Throws `ArtifactError('json_schema')`.
 */
export function readResults(value: unknown, format: 'tenon' | 'json', limits: ArtifactLimits): ParsedTestResults {
  if (!isObject(value)) throw wrong('The results are not an object.');
  return {
    passed: countOf(value, 'passed'),
    failed: countOf(value, 'failed'),
    skipped: own(value, 'skipped') === null ? 0 : countOf(value, 'skipped'),
    total: countOf(value, 'total'),
    stdout: keepableOutput(textOf(value, 'stdout'), limits.outputChars),
    stderr: keepableOutput(textOf(value, 'stderr'), limits.outputChars),
    summary: summaryOf(value, limits),
    format,
  };
}

/** A field of the object itself, never of its prototype; null when absent. */
function own(fields: Fields, key: string): unknown {
  return Object.hasOwn(fields, key) ? (fields[key] ?? null) : null;
}

function countOf(fields: Fields, key: string): number {
  const value = own(fields, key);
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > largestCount)
    throw wrong(`"${key}" is not a count.`);
  return value === 0 ? 0 : value; // JSON knows -0
}

function textOf(fields: Fields, key: string): string {
  const value = own(fields, key) ?? '';
  if (typeof value !== 'string') throw wrong(`"${key}" is not a text.`);
  return value;
}

function summaryOf(fields: Fields, limits: ArtifactLimits): Fields | null {
  const value = own(fields, 'summary');
  if (value === null) return null;
  if (!isObject(value)) throw wrong('"summary" is not an object.');
  return keepableSummary(value, limits);
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(message: string): ArtifactError {
  return new ArtifactError('json_schema', message);
}
