// A reporter for node:test that counts single tests (no suites, no files) and ends with one line of JSON.
import { relative } from 'node:path';

const STDERR_LIMIT_CHARS = 200_000;

/** @param {AsyncIterable<{ type: string, data: any }>} events */
export default async function* resultsReporter(events) {
  const counts = { passed: 0, failed: 0, skipped: 0, failures: [], stderr: '' };
  for await (const { type, data } of events) {
    if (type === 'test:fail') countFailure(counts, data);
    else if (type === 'test:pass') countPass(counts, data);
    else if (type === 'test:stderr' && counts.stderr.length < STDERR_LIMIT_CHARS) counts.stderr += data.message;
  }
  yield `${JSON.stringify(counts)}\n`;
}

function countPass(counts, data) {
  if (data.details?.type === 'suite' || isFile(data)) return;
  if (data.skip !== undefined || data.todo !== undefined) counts.skipped += 1;
  else counts.passed += 1;
}

function countFailure(counts, data) {
  // A suite or a file fails along with its tests, which are counted by themselves; here it is one failure only when it broke on its own.
  const failureType = data.details?.error?.failureType;
  if (failureType === 'subtestsFailed') return;
  if (data.todo !== undefined) return;
  counts.failed += 1;
  counts.failures.push(isFile(data) ? `${relative('', data.name)} could not be run` : data.name);
}

function isFile(data) {
  return data.nesting === 0 && /\.test\.ts$/.test(data.name);
}
