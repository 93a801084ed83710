import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { propertyRun, propertyTimeoutMs } from './property.ts';
import { runnerCounts, runnerReports } from './runners.ts';
import { countsOf, refusalOf, resultsOf } from './verdicts.ts';

const reportOf = (runner: string): Buffer => runnerReports[runner] ?? assert.fail(`no report of ${runner}`);

type Failure = { suite: string; name: string; message: string };
const failuresOf = async (runner: string): Promise<Failure[]> =>
  (await resultsOf({ 'report.xml': reportOf(runner) })).summary?.['failures'] as Failure[];

describe('the whole report of a runner', function () {
  this.timeout(propertyTimeoutMs);

  it('is there for every runner of the table', () => {
    assert.deepEqual(Object.keys(runnerReports).sort(), Object.keys(runnerCounts).sort());
  });

  for (const [runner, { counts, flaky }] of Object.entries(runnerCounts)) {
    it(`of ${runner} counts ${counts}`, async () => {
      const { passed, failed, skipped, total, summary } = await resultsOf({ 'report.xml': reportOf(runner) });
      assert.equal(`${passed}/${failed}/${skipped}`, counts);
      assert.deepEqual([total, summary?.['flaky'], summary?.['files']], [passed + failed, flaky, 1]);
    });
  }

  it('names what failed in the runner’s own words', async () => {
    const [pytest] = await failuresOf('pytest');
    assert.deepEqual(pytest, {
      suite: 'tests.test_prices.TestPrices',
      name: 'test_total',
      message: 'assert 3 == 4\n +  where 3 = total([1, 2])',
    });
    const [, , jest] = await failuresOf('jest-junit');
    assert.equal(jest?.message, "Cannot find module './checkout' from 'src/checkout.test.ts'");
    const [, , phpunit] = await failuresOf('phpunit');
    assert.equal(phpunit?.suite, 'Shop.CartTest');
    const [, hanging] = await failuresOf('nextest');
    assert.deepEqual(hanging, { suite: 'shop::integration', name: 'hangs', message: '' });
  });

  it('gives what the tests printed, not what they printed in a try that did not count', async () => {
    const output = async (runner: string) => (await resultsOf({ 'report.xml': reportOf(runner) })).stdout.trim();
    assert.equal(await output('surefire-junit5'), 'refunding');
    assert.equal(await output('gradle-junit5'), 'opened ]]> stock');
    assert.equal(await output('junit4-ant'), 'totals are <b>wrong</b> & known');
    assert.equal(await output('nextest'), 'running 1 test');
  });

  it('together with all the others counts what they count together', async () => {
    const sum = [0, 0, 0];
    for (const { counts } of Object.values(runnerCounts))
      counts.split('/').forEach((count, at) => (sum[at] = (sum[at] ?? 0) + Number(count)));
    assert.equal(await countsOf(...Object.values(runnerReports).map(String)), sum.join('/'));
  });

  it('that ends early is refused, whichever the byte', async () => {
    const cut = fc
      .constantFrom(...Object.keys(runnerReports))
      .chain((runner) => fc.tuple(fc.constant(runner), fc.integer({ min: 1, max: reportOf(runner).length })));
    await fc.assert(
      fc.asyncProperty(cut, async ([runner, left]) => {
        const whole = reportOf(runner);
        const report = whole.subarray(0, whole.length - left);
        fc.pre(!report.toString().trimEnd().endsWith(whole.toString().trimEnd().slice(-12))); // only a line end was cut
        assert.equal(await refusalOf({ 'report.xml': report }), 'parse_error');
      }),
      propertyRun(),
    );
  });

  it('that has a byte changed never throws, and loses no failure without saying so', async () => {
    const change = fc
      .constantFrom(...Object.keys(runnerReports))
      .chain((runner) =>
        fc.tuple(fc.constant(runner), fc.nat(reportOf(runner).length - 1), fc.integer({ min: 0, max: 255 })),
      );
    await fc.assert(
      fc.asyncProperty(change, async ([runner, at, byte]) => {
        const report = Buffer.from(reportOf(runner));
        report[at] = byte;
        const verdict = await resultsOf({ 'report.xml': report }).catch((error: unknown) => {
          assert.ok(error instanceof assert.AssertionError, String(error));
        });
        if (verdict) assert.ok(verdict.failed > 0, `${runner} became green by byte ${at} = ${byte}`);
      }),
      propertyRun(),
    );
  });
});
