import assert from 'node:assert/strict';
import type { ArtifactErrorCode } from '../../domain/workspaces/test-results.ts';
import { outputLimits } from '../../domain/workspaces/text.ts';
import type { ForcedArtifact } from '../../local/github/control/types.ts';
import type { TestRun } from '../../models/test-run.ts';
import type { Workspace } from '../../models/workspace.ts';
import {
  activityPlace,
  queuedRun,
  readyWorkspace,
  rowsNow,
  type ActivityPlace,
} from '../activities/workspaces/place.ts';
import { rawZip, zipOf, type RawEntry } from '../adapters/artifacts/zips.ts';
import { inActivity, resultsArtifact, runEnd } from '../support/factories-workspaces.ts';

const json = 'tenon-test-results.json';
const good: RawEntry = { name: json, content: '{"passed":1,"failed":0,"total":1}' };
const mebibyte = 1024 * 1024;
const xml = (content: string): Promise<Buffer> => zipOf({ 'junit.xml': content });

/** What a candidate may leave as the results of their tests, and what the row says of it. */
const artifacts: Readonly<Record<string, readonly [ArtifactErrorCode, () => Buffer | Promise<Buffer>]>> = {
  'a zip bomb': ['zip_ratio', () => rawZip([{ name: json, content: Buffer.alloc(20 * mebibyte) }])],
  'a zip bomb that lies': [
    'zip_invalid',
    () => rawZip([{ name: json, content: Buffer.alloc(20 * mebibyte), declaredBytes: 9 }]),
  ],
  'a zip bomb of overlapping files': [
    'zip_invalid',
    () =>
      rawZip([
        good,
        ...Array.from({ length: 99 }, (_, n): RawEntry => ({ ...good, name: `${n}.json`, sharesDataOf: 0 })),
      ]),
  ],
  'thousands of files': [
    'zip_too_many_entries',
    () => rawZip(Array.from({ length: 2_001 }, (_, n): RawEntry => ({ name: `${n}` }))),
  ],
  'a way out': ['zip_path', () => rawZip([good, { name: '../../etc/cron.d/x' }])],
  'a link': ['zip_symlink', () => rawZip([good, { name: 'l', content: '/etc/passwd', unixMode: 0o120777 }])],
  'a file that cannot be opened': ['zip_encrypted', () => rawZip([{ ...good, flags: 0x801 }])],
  'two files of one name': ['zip_duplicate', () => rawZip([good, good])],
  'a zip in a zip': ['results_missing', async () => zipOf({ 'a.zip': await zipOf({ [json]: '{}' }) })],
  'a billion laughs': [
    'xml_entities',
    () => xml('<!DOCTYPE a [<!ENTITY a "&b;&b;"><!ENTITY b "ha">]><testsuite>&a;</testsuite>'),
  ],
  'a report that is deeper than any': ['xml_too_deep', () => xml('<testsuite>'.repeat(10_000))],
  'half a report': ['parse_error', () => xml('<testsuite tests="1"><testcase name="a"/>')],
  'a count of 1e308': ['json_schema', () => zipOf({ [json]: '{"passed":1e308,"failed":0,"total":1}' })],
  'a count that is none': ['json_invalid', () => zipOf({ [json]: '{"passed":NaN,"failed":0,"total":1}' })],
  'brackets only': ['json_too_complex', () => zipOf({ [json]: '['.repeat(100_000) })],
};

describe('a run that leaves a hostile artifact', function () {
  this.timeout(60_000);
  let place: ActivityPlace;
  let hostile: Workspace;
  let neighbour: Workspace;

  before(async () => {
    place = await activityPlace();
    [hostile, neighbour] = [await readyWorkspace(place.forge), await readyWorkspace(place.forge)];
    assert.notEqual(hostile.orgId, neighbour.orgId);
  });
  after(() => place.github.close());

  /** Dispatches a run that ends with the artifact; what collects it is called by the test. */
  const ended = async (workspace: Workspace, artifact: ForcedArtifact) => {
    const repository = workspace.repoFullName;
    await place.github.control.nextRuns({ conclusion: 'success', artifacts: [artifact], repository });
    const run = await queuedRun(place.database, workspace);
    const { githubRunId } = await inActivity(place.activities.dispatchRun, { orgId: run.orgId, runId: run.id });
    const finished = await runEnd(place.forge, repository, githubRunId);
    return {
      run,
      collect: () => inActivity(place.activities.collectAndStore, { orgId: run.orgId, runId: run.id, finished }),
    };
  };
  const forced = (zip: Buffer, name = 'tenon-test-results'): ForcedArtifact => ({
    name,
    rawBase64: zip.toString('base64'),
  });
  const now = ({ id, orgId }: TestRun): Promise<TestRun> => rowsNow(place.database, orgId).run(id);

  for (const [what, [errorCode, zip]] of Object.entries(artifacts))
    it(`of ${what} says ${errorCode}, and the neighbour’s says what it found`, async () => {
      const mine = await ended(hostile, forced(await zip()));
      const theirs = await ended(neighbour, resultsArtifact({ passed: 7, failed: 0, total: 7, stdout: 'fine' }));
      const outcomes = await Promise.all([mine.collect(), theirs.collect()]);
      assert.deepEqual(outcomes, [{ status: 'error' }, { status: 'passed' }]);
      const row = await now(mine.run);
      assert.deepEqual(
        [row.artifactErrorCode, row.conclusion, row.passed, row.failed, row.total, row.stdout, row.summary],
        [errorCode, 'success', null, null, null, null, null],
      );
      const other = await now(theirs.run);
      assert.deepEqual(
        [other.status, other.passed, other.stdout, other.artifactErrorCode],
        ['passed', 7, 'fine', null],
      );
      assert.equal(other.orgId, neighbour.orgId);
    });

  it('of 15 MB of output with what no row can hold keeps its beginning, clean, and the neighbour’s its own', async () => {
    const secret = `ghp_${'a1B2'.repeat(9)}`;
    const line = `\u001b[31m\0\ud800 token ${secret} é😀 ${'x'.repeat(100)}\n`;
    const stdout = line.repeat((15 * mebibyte) / line.length);
    const text = JSON.stringify({
      passed: 1,
      failed: 0,
      total: 1,
      stdout,
      stderr: `\0${secret}`,
      summary: { 'a\0': `\0${secret}` },
    });
    const zip = rawZip([{ name: json, content: text, stored: true }]);
    const mine = await ended(hostile, forced(zip, `tenon-test-results`));
    const theirs = await ended(neighbour, resultsArtifact({ passed: 7, failed: 0, total: 7 }));
    assert.deepEqual(await Promise.all([mine.collect(), theirs.collect()]), [
      { status: 'passed' },
      { status: 'passed' },
    ]);
    const { stdout: kept, stderr, summary, passed } = await now(mine.run);
    assert.ok(kept !== null && kept.startsWith(' [redacted] é😀 xxx') && kept.endsWith('... (truncated)'));
    assert.equal(kept.length, outputLimits.detail + '... (truncated)'.length);
    assert.doesNotMatch(JSON.stringify([kept, stderr, summary]), /a1B2|\\u0000|\\u001b|\\ud800|\ufffd/u);
    assert.deepEqual([passed, stderr, summary], [1, '[redacted]', { a: '[redacted]' }]);
    assert.equal((await now(theirs.run)).passed, 7);
  });

  it('of a hostile name keeps the name clean', async () => {
    const mine = await ended(hostile, forced(Buffer.from('junk'), `a\u202e\u0007\u001b[2J ghp_${'a1B2'.repeat(9)}`));
    assert.deepEqual(await mine.collect(), { status: 'error' });
    const { artifactName, artifactErrorCode } = await now(mine.run);
    assert.deepEqual([artifactName, artifactErrorCode], ['a\u202e [redacted]', 'zip_invalid']);
  });
});
