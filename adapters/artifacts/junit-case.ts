import type { XmlElement } from './xml-tree.ts';

type CaseOutcome = 'passed' | 'failed' | 'skipped';

const failedWords = new Set(['fail', 'failed', 'failure', 'error']);
const skippedWords = new Set([
  'skip',
  'skipped',
  'notrun',
  'disabled',
  'ignored',
  'pending',
  'suppressed',
  'inconclusive',
]);

/**
 * One case counts once, whatever it holds: a failure or error (pytest writes both when the teardown breaks too) wins over skipped, and
 * skipped over passed. `status` and `result` are read as well, for the writers that say it only there (GoogleTest, CTest, NUnit).
 * surefire's `flakyFailure` and `rerunFailure` decide nothing: what failed in the end has a `failure` too.
 */
export function caseOutcome(testcase: XmlElement): CaseOutcome {
  const words = ['status', 'result'].map((name) => testcase.attribute(name)?.toLowerCase() ?? '');
  if (failureOf(testcase) !== undefined || words.some((word) => failedWords.has(word))) return 'failed';
  const marked = testcase.children.some(({ name }) => name === 'skipped' || name === 'disabled');
  return marked || words.some((word) => skippedWords.has(word)) ? 'skipped' : 'passed';
}

/** Passed only when run again. */
export function isFlaky(testcase: XmlElement): boolean {
  return testcase.children.some(({ name }) => name === 'flakyFailure' || name === 'flakyError');
}

/** The first failure or error directly inside a case, or inside a suite whose set-up broke. */
export function failureOf(element: XmlElement): XmlElement | undefined {
  return element.children.find(({ name }) => name === 'failure' || name === 'error');
}
