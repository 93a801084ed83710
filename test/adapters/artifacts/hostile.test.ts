import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { readArtifact } from '../../../adapters/artifacts/index.ts';
import type { ArtifactVerdict } from '../../../domain/workspaces/test-results.ts';
import { propertyRun, propertyTimeoutMs } from './property.ts';
import { rawZip, zipOf } from './zips.ts';

const failing =
  '<testsuites><testsuite name="s"><testcase name="a"/><testcase name="b"><failure message="m">t</failure></testcase></testsuite></testsuites>';

function isGreen(verdict: ArtifactVerdict): boolean {
  return verdict.kind === 'parsed' && verdict.results.failed === 0;
}

describe('hostile artifacts', function () {
  this.timeout(propertyTimeoutMs);

  it('random bytes are unreadable', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (bytes) => {
        assert.equal((await readArtifact('a', Buffer.from(bytes))).kind, 'unreadable');
      }),
      propertyRun(),
    );
  });

  it('a zip that ends early is unreadable', async () => {
    const zip = await zipOf({ 'tenon-test-results.json': '{"passed":5,"failed":0,"total":5}', 'r.xml': failing });
    await fc.assert(
      fc.asyncProperty(fc.nat(zip.length - 1), async (length) => {
        assert.equal((await readArtifact('a', zip.subarray(0, length))).kind, 'unreadable');
      }),
      propertyRun(),
    );
  });

  it('a zip with bytes changed never throws and never turns a failing report green', async () => {
    const zip = rawZip([
      { name: 'r.xml', content: failing },
      { name: 'a.txt', content: 'x' },
      { name: 'r2.xml', content: failing },
    ]);
    const change = fc.tuple(fc.nat(zip.length - 1), fc.integer({ min: 0, max: 255 }));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const bytes = Buffer.from(zip);
        for (const [at, value] of changes) bytes[at] = value;
        assert.equal(isGreen(await readArtifact('a', bytes)), false);
      }),
      propertyRun(),
    );
  });

  it('a report that ends early or has a piece cut out never reads as "no failures"', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(failing.length), fc.nat(30), async (at, length) => {
        const report = failing.slice(0, at) + (at % 2 === 0 ? '' : failing.slice(at + length));
        const wasCut = report.includes('<failure') || !report.endsWith('</testsuites>');
        fc.pre(report.length < failing.length && wasCut);
        assert.equal(isGreen(await readArtifact('a', await zipOf({ 'r.xml': report }))), false, report);
      }),
      propertyRun(),
    );
  });

  it('XML made of the words of JUnit never throws, and counts are counts', async () => {
    const word = fc.constantFrom(
      '<testsuites>',
      '</testsuites>',
      '<testsuite tests="2"',
      '>',
      '/>',
      '</testsuite>',
      '<testcase',
      '</testcase>',
      '<failure/>',
      '<skipped/>',
      '<![CDATA[',
      ']]>',
      '<!--',
      '-->',
      '<?x',
      '?>',
      ' name="',
      '"',
      "'",
      '&lt;',
      '&',
      '\0',
      '<!DOCTYPE a>',
      'text',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 20 }), async (words) => {
        const verdict = await readArtifact('a', await zipOf({ 'r.xml': words.join('') }));
        if (verdict.kind !== 'parsed') return;
        const { passed, failed, skipped } = verdict.results;
        assert.ok([passed, failed, skipped].every((count) => Number.isInteger(count) && count >= 0));
        assert.ok(passed + failed + skipped > 0);
      }),
      propertyRun(),
    );
  });

  it('any JSON as results never throws and gives only counts that stood there', async () => {
    const count = fc.oneof(fc.nat(20_000_000), fc.double(), fc.boolean(), fc.string(), fc.constant(null));
    const record = fc.record({
      passed: count,
      failed: count,
      total: count,
      summary: fc.jsonValue(),
      stdout: fc.string({ unit: 'binary' }),
    });
    await fc.assert(
      fc.asyncProperty(record, async (value) => {
        const zip = await zipOf({ 'tenon-test-results.json': JSON.stringify(value) });
        const verdict = await readArtifact('a', zip);
        if (verdict.kind !== 'parsed') return;
        assert.deepEqual(
          [verdict.results.passed, verdict.results.failed],
          [Math.abs(Number(value.passed)), Math.abs(Number(value.failed))],
        );
        assert.doesNotMatch(JSON.stringify(verdict), /\\u0000|\\ud[89a-f]/u);
      }),
      propertyRun(),
    );
  });
});
