import assert from 'node:assert/strict';
import {
  artifactErrorCode,
  chooseArtifacts,
  runStatus,
  testResultsStatus,
  unreadableArtifactHint,
  type ArtifactVerdict,
  type StoredOutcome,
} from '../../../domain/workspaces/test-results.ts';

function parsed(passed: number, failed: number): ArtifactVerdict {
  const texts = { stdout: '', stderr: '', summary: null, format: 'tenon' as const };
  return {
    kind: 'parsed',
    artifactName: 'a',
    results: { passed, failed, skipped: 0, total: passed + failed, ...texts },
  };
}
const unreadable: ArtifactVerdict = { kind: 'unreadable', artifactName: 'a', errorCode: 'zip_invalid', message: 'm' };
const finished = (conclusion: string, artifact: ArtifactVerdict | null) =>
  runStatus({ status: 'completed', conclusion, artifact });

describe("a run's status", () => {
  it('is running while GitHub has no conclusion and is at it, else an error', () => {
    for (const status of ['queued', 'in_progress', 'requested', 'waiting', 'pending'])
      assert.deepEqual(runStatus({ status, conclusion: null, artifact: null }), { status: 'running', timeout: false });
    for (const status of ['completed', 'odd', null])
      assert.deepEqual(runStatus({ status, conclusion: null, artifact: null }), { status: 'error', timeout: false });
  });

  it('follows the conclusion when there are results', () => {
    assert.deepEqual(finished('success', parsed(3, 0)), { status: 'passed', timeout: false });
    assert.deepEqual(finished('failure', parsed(2, 1)), { status: 'failed', timeout: false });
    assert.deepEqual(finished('cancelled', parsed(2, 0)), { status: 'failed', timeout: false });
    assert.deepEqual(finished('timed_out', parsed(2, 0)), { status: 'failed', timeout: true });
    for (const conclusion of ['neutral', 'skipped', 'stale', 'action_required', 'startup_failure', 'odd'])
      assert.deepEqual(finished(conclusion, parsed(3, 0)), { status: 'error', timeout: false });
  });

  it('is never green when tests failed, and not green for passing tests in a failed run', () => {
    assert.equal(finished('success', parsed(3, 1)).status, 'failed');
    assert.equal(finished('failure', parsed(3, 0)).status, 'failed');
  });

  it('is an error with the hint for every finished run without readable results; a timeout still shows', () => {
    for (const artifact of [null, unreadable, { kind: 'missing' } as const])
      for (const conclusion of ['success', 'failure', 'cancelled', 'timed_out', 'neutral'])
        assert.deepEqual(finished(conclusion, artifact), {
          status: 'error',
          timeout: conclusion === 'timed_out',
          stderr: unreadableArtifactHint,
        });
  });
});

describe("a submission's test status", () => {
  const cases: [StoredOutcome, string | null][] = [
    [{ timeout: true, status: 'failed', passed: 1 }, 'timeout'],
    [{ timeout: false, status: 'passed', failed: 2 }, 'passed'],
    [{ status: 'error' }, 'error'],
    [{ status: 'timeout' }, 'timeout'],
    [{ status: 'running', passed: 1, failed: 2 }, 'failed'],
    [{ passed: 0, failed: 0 }, 'passed'],
    [{ status: 'running', passed: null }, 'unknown'],
    [{ failed: 0 }, 'unknown'],
    [{ timeout: false, status: null, passed: null, failed: null }, null],
    [{}, null],
  ];
  for (const [stored, expected] of cases)
    it(`${JSON.stringify(stored)} is ${expected}`, () => assert.equal(testResultsStatus(stored), expected));
});

describe('the artifacts to try', () => {
  const live = (...names: string[]) => names.map((name) => ({ name, expired: false }));
  const chosen = (list: { name: string; expired: boolean }[]) => chooseArtifacts(list).map(({ name }) => name);

  it('are the preferred names first in any case, then the order of the list', () => {
    assert.deepEqual(chosen(live('logs', 'JUnit', 'coverage', 'Test-Results', 'TENON-test-results')), [
      'TENON-test-results',
      'Test-Results',
      'JUnit',
      'logs',
      'coverage',
    ]);
  });

  it('are never expired and at most five', () => {
    assert.deepEqual(chosen([{ name: 'junit', expired: true }, ...live('a')]), ['a']);
    assert.deepEqual(chosen(live('a', 'b', 'c', 'd', 'e', 'f', 'junit')), ['junit', 'a', 'b', 'c', 'd']);
  });
});

describe('the error code of an artifact', () => {
  it('is null when read, and its own when missing', () => {
    assert.equal(artifactErrorCode(parsed(1, 0)), null);
    assert.equal(artifactErrorCode(unreadable), 'zip_invalid');
    assert.equal(artifactErrorCode({ kind: 'missing' }), 'artifact_missing');
  });
});
