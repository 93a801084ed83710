import { largestCount } from '../../domain/workspaces/test-results.ts';
import { ArtifactError } from './artifact-error.ts';
import { caseOutcome, failureOf, isFlaky } from './junit-case.ts';
import type { ArtifactLimits } from './limits.ts';
import type { XmlElement } from './xml-tree.ts';

type Counts = { passed: number; failed: number; skipped: number };

/** What is collected on the way besides counts; shared by all reports of an artifact. Texts are raw and roughly bounded. */
export type Collected = {
  cases: number;
  flaky: number;
  failures: { suite: string; name: string; message: string }[];
  stdout: Pieces;
  stderr: Pieces;
};
export type Pieces = { texts: string[]; chars: number };

const mostFailures = 20;

/** @throws {ArtifactError} when there is more in a report, or in reports together, than a run can count */
export function assertCountable({ passed, failed, skipped }: Counts): void {
  if (passed + failed > largestCount || skipped > largestCount)
    throw new ArtifactError('xml_too_large', 'The report counts too many cases.');
}

/** Tools that merge reports put whole ones, `testsuites` and all, into another. */
export const suiteNames: ReadonlySet<string> = new Set(['testsuites', 'testsuite']);

/** Counts a `testsuites` or `testsuite` with all that is nested in it. Throws `ArtifactError`. */
export function countSuite(suite: XmlElement, into: Collected, limits: ArtifactLimits): Counts {
  const cases = suite.children.filter(({ name }) => name === 'testcase');
  const nested = suite.children.filter(({ name }) => suiteNames.has(name));
  collectOutput(suite, into, limits);
  const broken = failureOf(suite); // a class that could not be loaded: the failure stands where its cases should be
  if (cases.length + nested.length === 0 && broken === undefined) return declaredCounts(suite);

  const sum: Counts = { passed: 0, failed: broken === undefined ? 0 : 1, skipped: 0 };
  if (broken !== undefined) noteFailure(suite, broken, into);
  for (const testcase of cases) sum[countCase(testcase, into, limits)] += 1;
  for (const child of nested) {
    const counts = countSuite(child, into, limits);
    sum.passed += counts.passed;
    sum.failed += counts.failed;
    sum.skipped += counts.skipped;
  }
  // Failures that a suite declares but no case shows must not end as green.
  if (sum.failed === 0) sum.failed = declared(suite, 'failures') + declared(suite, 'errors');
  return sum;
}

/** A suite without cases has only its attributes to tell. */
function declaredCounts(suite: XmlElement): Counts {
  const failed = declared(suite, 'failures') + declared(suite, 'errors');
  const skipWord = ['skipped', 'skips', 'skip', 'ignored'].find((name) => suite.attribute(name) !== undefined);
  const skipped = (skipWord === undefined ? 0 : declared(suite, skipWord)) + declared(suite, 'disabled');
  return { passed: Math.max(0, declared(suite, 'tests') - failed - skipped), failed, skipped };
}

function declared(suite: XmlElement, name: string): number {
  const value = suite.attribute(name)?.trim() ?? '0';
  if (!/^\d{1,7}$/u.test(value)) throw new ArtifactError('parse_error', 'A count of the report is not a number.');
  return Number(value);
}

function countCase(testcase: XmlElement, into: Collected, limits: ArtifactLimits): keyof Counts {
  into.cases += 1;
  if (into.cases > limits.cases) throw new ArtifactError('xml_too_large', 'The report has too many cases.');
  collectOutput(testcase, into, limits);
  const outcome = caseOutcome(testcase);
  if (outcome === 'passed' && isFlaky(testcase)) into.flaky += 1;
  if (outcome === 'failed') noteFailure(testcase, failureOf(testcase), into);
  return outcome;
}

function noteFailure(where: XmlElement, failure: XmlElement | undefined, into: Collected): void {
  if (into.failures.length >= mostFailures) return;
  const suite = where.attribute('classname') ?? '';
  const message = failure?.attribute('message') ?? failure?.text.trim() ?? '';
  into.failures.push({ suite, name: where.attribute('name') ?? '', message });
}

function collectOutput(element: XmlElement, into: Collected, limits: ArtifactLimits): void {
  for (const { name, text } of element.children) {
    if (name === 'system-out') keepSome(into.stdout, text, limits);
    if (name === 'system-err') keepSome(into.stderr, text, limits);
  }
}

function keepSome(pieces: Pieces, text: string, limits: ArtifactLimits): void {
  if (text.trim() === '' || pieces.chars > limits.outputChars) return;
  pieces.texts.push(text);
  pieces.chars += text.length;
}
