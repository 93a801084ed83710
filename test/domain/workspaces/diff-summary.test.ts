import assert from 'node:assert/strict';
import { briefDiff, diffLimits, summarizeDiff, type CompareFile } from '../../../domain/workspaces/diff-summary.ts';
import { truncationSuffix } from '../../../domain/workspaces/text.ts';

const ends = { base: 'b'.repeat(40), head: 'h'.repeat(40) };
const counts = { ahead_by: 2, behind_by: 0, total_commits: 2 };
const file = (fields: Partial<CompareFile> = {}): CompareFile => ({
  filename: 'src/a.ts',
  status: 'modified',
  additions: 1,
  deletions: 1,
  changes: 2,
  patch: '@@ -1 +1 @@\n-a\n+b',
  ...fields,
});

describe('a diff summary', () => {
  it('has what the contract names, between the commits that were asked for', () => {
    assert.deepEqual(summarizeDiff({ ...counts, files: [file()] }, ends), {
      ...counts,
      ...ends,
      files: [file()],
      truncated: false,
    });
  });

  it('has no patch for binary files and no files where GitHub sends none', () => {
    const { patch: _, ...binary } = file();
    assert.equal(summarizeDiff({ ...counts, files: [binary] }, ends).files[0]?.patch, null);
    assert.deepEqual(summarizeDiff(counts, ends).files, []);
  });

  it('cuts the number of files and says so', () => {
    const files = Array.from({ length: 301 }, () => file());
    const summary = summarizeDiff({ ...counts, files }, ends);
    assert.equal(summary.files.length, 300);
    assert.equal(summary.truncated, true);
  });

  it('cuts each patch and all together, marking what was cut', () => {
    const limits = { ...diffLimits, patchChars: 10, totalPatchChars: 15 };
    const patches = ['x'.repeat(20), 'y'.repeat(8), 'z'];
    const { files, truncated } = summarizeDiff(
      { ...counts, files: patches.map((patch) => file({ patch })) },
      ends,
      limits,
    );
    assert.deepEqual(
      files.map(({ patch }) => patch),
      [`xxxxxxxxxx${truncationSuffix}`, `yyyyy${truncationSuffix}`, truncationSuffix],
    );
    assert.equal(truncated, true);
  });

  it('keeps no secret and no control character that a candidate committed', () => {
    const hostile = file({ filename: 'a\0\u001b[31m.ts', patch: '+ const t = "ghp_abcdef"; // the token expires\0' });
    const [kept] = summarizeDiff({ ...counts, files: [hostile] }, ends).files;
    assert.equal(kept?.filename, 'a.ts');
    assert.equal(kept.patch, '+ const t = "[redacted]"; // the token expires');
  });
});

describe('a brief diff', () => {
  const whole = (files: readonly CompareFile[]) => summarizeDiff({ ...counts, files }, ends);

  it('is the whole one when it fits', () => {
    const { patch: _, ...binary } = file();
    const summary = whole([file(), file(binary)]);
    assert.deepEqual(briefDiff(summary, 1_000), summary);
    assert.equal(briefDiff({ ...summary, truncated: true }, 1_000).truncated, true);
  });

  it('names every file before it shows patches, in their order, and says that it was cut', () => {
    const patches = ['x'.repeat(50), 'y'.repeat(200), 'z'.repeat(200)];
    const brief = briefDiff(whole(patches.map((patch) => file({ filename: 'a', patch }))), 3 * 101 + 60);
    assert.deepEqual(
      brief.files.map(({ patch }) => patch),
      ['x'.repeat(50), `${'y'.repeat(10)}${truncationSuffix}`, truncationSuffix],
    );
    assert.equal(brief.truncated, true);
  });

  it('leaves out files whose names do not fit', () => {
    const brief = briefDiff(whole(Array.from({ length: 300 }, () => file({ filename: 'n'.repeat(1_000) }))), 20_000);
    assert.equal(brief.files.length, 18);
    assert.equal(brief.truncated, true);
    assert.ok(JSON.stringify(brief).length < 25_000);
  });
});
