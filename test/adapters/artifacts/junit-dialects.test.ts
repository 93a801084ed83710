import assert from 'node:assert/strict';
import { countsOf, resultsOf } from './verdicts.ts';

describe('JUnit as the tools write it', () => {
  it('pytest: declaration, one suite in testsuites, skipped with a reason, failure and teardown error in one case', async () => {
    const report = `<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests">
      <testsuite name="pytest" errors="1" failures="1" skipped="1" tests="4" time="0.05" timestamp="2026-01-01T00:00:00" hostname="h">
        <testcase classname="tests.test_a" name="test_ok" time="0.001" />
        <testcase classname="tests.test_a" name="test_bad[1&lt;2]" time="0.001">
          <failure message="assert 1 == 2">def test_bad():
&gt;   assert 1 == 2</failure>
          <error message="failed on teardown">boom</error>
        </testcase>
        <testcase classname="tests.test_a" name="test_later"><skipped type="pytest.skip" message="later">x</skipped></testcase>
        <testcase classname="tests.test_a" name="test_xfail"><skipped type="pytest.xfail" message=""/></testcase>
      </testsuite></testsuites>`;
    assert.equal(await countsOf(report), '1/1/2');
    const { summary } = await resultsOf({ 'report.xml': report });
    assert.deepEqual(summary?.['failures'], [
      { suite: 'tests.test_a', name: 'test_bad[1<2]', message: 'assert 1 == 2' },
    ]);
  });

  it('jest-junit: counts at the root, failure without a message', async () => {
    const report = `<testsuites name="jest tests" tests="3" failures="1" errors="0" time="1.2">
      <testsuite name="sum" errors="0" failures="1" skipped="1" tests="3">
        <testcase classname="sum adds" name="sum adds" time="0.002"></testcase>
        <testcase classname="sum breaks" name="sum breaks" time="0.002"><failure>Error: expect(received)</failure></testcase>
        <testcase classname="sum todo" name="sum todo" time="0"><skipped/></testcase>
      </testsuite></testsuites>`;
    assert.equal(await countsOf(report), '1/1/1');
  });

  it('surefire: testsuite as root with properties, flaky and rerun cases', async () => {
    const report = `<testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" name="a.B" tests="4" errors="0" skipped="0" failures="1" flakes="1">
      <properties><property name="java.version" value="21"/></properties>
      <testcase name="ok" classname="a.B"/>
      <testcase name="flaky" classname="a.B"><flakyFailure message="1st" type="E"><stackTrace>t</stackTrace></flakyFailure></testcase>
      <testcase name="bad" classname="a.B"><failure message="m"/><rerunFailure message="again"/><rerunError/></testcase>
      <testcase name="err" classname="a.B"><error type="java.lang.Error">t</error></testcase>
    </testsuite>`;
    assert.equal(await countsOf(report), '2/2/0');
    assert.equal((await resultsOf({ 'TEST-a.B.xml': report })).summary?.['flaky'], 1);
  });

  it('surefire and Ant: a class that does not load stands as an error in the suite itself', async () => {
    assert.equal(await countsOf('<testsuite name="a.B" tests="0"><error message="no class"/></testsuite>'), '0/1/0');
  });

  it('gotestsum: a package without cases, a build failure as a case', async () => {
    const report = `<testsuites tests="2" failures="1" errors="0" time="0.1">
      <testsuite tests="0" failures="0" time="0" name="example.com/empty"></testsuite>
      <testsuite tests="1" failures="1" time="0" name="example.com/broken">
        <testcase classname="" name="TestMain" time="0"><failure message="Failed" type="">build failed</failure></testcase>
      </testsuite>
      <testsuite tests="1" failures="0" name="example.com/ok"><testcase classname="ok" name="TestA" time="0.0"/></testsuite>
    </testsuites>`;
    assert.equal(await countsOf(report), '1/1/0');
  });

  it('PHPUnit: suites in suites, whose parents repeat their counts', async () => {
    const report = `<testsuites><testsuite name="all" tests="3" failures="1" errors="1" skipped="0">
      <testsuite name="ATest" file="ATest.php" tests="3" failures="1" errors="1">
        <testsuite name="ATest::testData" tests="2" failures="1">
          <testcase name="testData with data set #0"/><testcase name="testData with data set #1"><failure type="X">no</failure></testcase>
        </testsuite>
        <testcase name="testOther"><error type="Y">no</error></testcase>
      </testsuite></testsuite></testsuites>`;
    assert.equal(await countsOf(report), '1/2/0');
  });

  it('NUnit converters: suites nested many levels, ignored cases', async () => {
    const report = `<testsuites><testsuite name="x.dll"><testsuite name="Ns"><testsuite name="Fixture" tests="2" ignored="1">
      <testcase name="A" status="Passed"/><testcase name="B" status="Ignored"><skipped message="why"/></testcase>
    </testsuite></testsuite></testsuite></testsuites>`;
    assert.equal(await countsOf(report), '1/0/1');
  });

  it('nextest: retries that passed in the end', async () => {
    const report = `<testsuites name="nextest-run" tests="2" failures="0" errors="0" uuid="u">
      <testsuite name="crate" tests="2" disabled="0" errors="0" failures="0">
        <testcase name="a" classname="crate"/><testcase name="b" classname="crate"><flakyFailure type="t"><system-out>o</system-out></flakyFailure></testcase>
      </testsuite></testsuites>`;
    assert.equal(await countsOf(report), '2/0/0');
  });

  it('Catch2: counts of assertions in the attributes, cases by their children', async () => {
    const report = `<testsuites><testsuite name="t" errors="0" failures="2" skipped="0" tests="57">
      <testcase classname="t.global" name="one" status="run"/>
      <testcase classname="t.global" name="two" status="run"><failure message="a">x</failure><failure message="b">y</failure></testcase>
    </testsuite></testsuites>`;
    assert.equal(await countsOf(report), '1/1/0');
  });

  it('GoogleTest and CTest: disabled cases by status, result or element; failed by status', async () => {
    const report = `<testsuites tests="6" failures="1" disabled="3"><testsuite name="s" tests="6" failures="1" disabled="3" skipped="1">
      <testcase name="a" status="run" result="completed"/>
      <testcase name="b" status="notrun" result="suppressed"/>
      <testcase name="c" status="run" result="skipped"><skipped message="m"/></testcase>
      <testcase name="d" status="disabled"><disabled message="d"/></testcase>
      <testcase name="e" status="fail"/>
      <testcase name="f"><disabled/></testcase>
    </testsuite></testsuites>`;
    assert.equal(await countsOf(report), '1/1/4');
  });

  it('TAP::Formatter::JUnit: a plan that did not hold is a case of its own, and failures declared without a case count', async () => {
    const plan = `<testsuites><testsuite failures="0" errors="1" tests="1" name="t_a"><testcase name="1 - ok"/>
      <testcase name="Number of runned tests does not match plan."><error message="bad plan"><![CDATA[planned 3 < ran 1]]></error></testcase>
    </testsuite></testsuites>`;
    assert.equal(await countsOf(plan), '1/1/0');
    assert.equal(
      await countsOf('<testsuite tests="1" errors="1" failures="0"><testcase name="1"/></testsuite>'),
      '1/1/0',
    );
  });
});
