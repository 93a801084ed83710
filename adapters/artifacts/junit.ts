import type { ParsedTestResults } from '../../domain/workspaces/test-results.ts';
import { keepableOutput } from '../../domain/workspaces/text.ts';
import { ArtifactError } from './artifact-error.ts';
import { assertCountable, countSuite, suiteNames, type Collected, type Pieces } from './junit-suite.ts';
import type { ArtifactLimits } from './limits.ts';
import { rootElement } from './xml-guard.ts';
import { parseXml } from './xml-tree.ts';

/** Whether a text is a JUnit report or too broken to tell; coverage, checkstyle, pom and the like are not. */
export function mayBeJunit(text: string, limits: ArtifactLimits): boolean {
  const root = rootElement(text.slice(0, limits.xmlPrologChars));
  return root === null || suiteNames.has(root);
}

/** Adds up reports one by one, so that the caller can let others work in between. */
type JunitSum = { add(text: string): void; results(): ParsedTestResults };

/**
 * A sum over JUnit reports. `add` throws `ArtifactError` for a report that is broken anywhere, `results` for reports without a single
 * case: neither may look like "0 failures". Skipped counts in neither passed nor failed; total is passed + failed.
 */
export function sumJunit(limits: ArtifactLimits): JunitSum {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const collected: Collected = { cases: 0, flaky: 0, failures: [], stdout: noPieces(), stderr: noPieces() };
  let files = 0;
  return {
    add(text) {
      const root = parseXml(text, limits);
      if (!suiteNames.has(root.name)) throw new ArtifactError('parse_error', 'The report is not JUnit.');
      const report = countSuite(root, collected, limits);
      counts.passed += report.passed;
      counts.failed += report.failed;
      counts.skipped += report.skipped;
      assertCountable(counts);
      files += 1;
    },
    results() {
      if (counts.passed + counts.failed + counts.skipped === 0)
        throw new ArtifactError('results_empty', 'The report has no test cases.');
      return {
        ...counts,
        total: counts.passed + counts.failed,
        stdout: keepableOutput(collected.stdout.texts.join('\n'), limits.outputChars),
        stderr: keepableOutput(collected.stderr.texts.join('\n'), limits.outputChars),
        summary: { format: 'junit', files, flaky: collected.flaky, failures: collected.failures.map(keepFailure) },
        format: 'junit',
      };
    },
  };
}

const noPieces = (): Pieces => ({ texts: [], chars: 0 });

function keepFailure({ suite, name, message }: Collected['failures'][number]): Collected['failures'][number] {
  return { suite: keepableOutput(suite, 200), name: keepableOutput(name, 200), message: keepableOutput(message, 500) };
}
