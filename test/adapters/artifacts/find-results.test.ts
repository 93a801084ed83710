import assert from 'node:assert/strict';
import { refusalOf, resultsOf } from './verdicts.ts';

const json = (passed: number) => JSON.stringify({ passed, failed: 0, total: passed });
const junit = (passed: number) => `<testsuite name="s">${'<testcase name="t"/>'.repeat(passed)}</testsuite>`;

describe('which file of an artifact counts', () => {
  it('prefers *tenon-test-results.json in any case, the shallowest, then the first by name', async () => {
    const files = {
      'a/tenon-test-results.json': json(1),
      'my-Tenon-Test-Results.JSON': json(2),
      'results.json': json(3),
      'junit.xml': junit(4),
      'z-tenon-test-results.json': json(5),
    };
    const results = await resultsOf(files);
    assert.deepEqual([results.passed, results.format], [2, 'tenon']);
  });

  it('takes another .json with the three counts before any XML', async () => {
    const files = { 'package.json': '{"name":"x"}', 'list.json': '[1]', 'out/r.json': json(3), 'junit.xml': junit(4) };
    const results = await resultsOf(files);
    assert.deepEqual([results.passed, results.format], [3, 'json']);
  });

  it('goes on to the next kind when a file cannot be read, and names the most wanted failure when nothing is left', async () => {
    assert.equal((await resultsOf({ 'tenon-test-results.json': '{', 'junit.xml': junit(4) })).passed, 4);
    assert.equal((await resultsOf({ 'tenon-test-results.json': '{', 'r.json': json(3) })).passed, 3);
    assert.equal((await resultsOf({ 'a.json': '{"passed":"1","failed":0,"total":1}', 'b.json': json(6) })).passed, 6);
    assert.equal(await refusalOf({ 'tenon-test-results.json': '{"passed":1}', 'j.xml': '<testsuite>' }), 'json_schema');
    assert.equal(await refusalOf({ 'broken.json': '{', 'j.xml': '<testsuite>' }), 'parse_error');
    assert.equal(await refusalOf({ 'broken.json': '{' }), 'json_invalid');
    assert.equal(await refusalOf({ 'readme.txt': 'all green' }), 'results_missing');
    assert.equal(await refusalOf({}), 'results_missing');
  });

  it('adds up all JUnit files and leaves other XML aside, whatever its document type', async () => {
    const files = {
      'TEST-a.xml': junit(2),
      'deep/TEST-b.xml': '<testsuite><testcase name="t"><failure/></testcase></testsuite>',
      'coverage.xml': '<?xml version="1.0"?><!DOCTYPE coverage SYSTEM "http://x/c.dtd"><coverage><oops></coverage>',
      'jacoco.xml': '<!-- c --><!DOCTYPE report [<!ELEMENT x ANY>]><report/>',
      'pom.xml': '<project><unclosed></project>',
    };
    const { passed, failed, total, format, summary } = await resultsOf(files);
    assert.deepEqual([passed, failed, total, format], [2, 1, 3, 'junit']);
    assert.equal(summary?.['format'], 'junit');
    assert.equal(summary['files'], 2);
  });

  it('counts identical copies and what the aggregate of Ant repeats once', async () => {
    assert.equal((await resultsOf({ 'junit.xml': junit(2), 'copy/junit.xml': junit(2) })).passed, 2);
    const aggregate = `<testsuites>${junit(2)}${junit(3)}</testsuites>`;
    const files = { 'TEST-a.xml': junit(2), 'TEST-b.xml': junit(3), 'TESTS-TestSuites.xml': aggregate };
    assert.equal((await resultsOf(files)).passed, 5);
    assert.equal((await resultsOf({ 'TESTS-TestSuites.xml': aggregate })).passed, 5);
  });

  it('is spoiled by one broken JUnit report, an empty file included', async () => {
    for (const broken of ['<testsuite><testcase>', '<testsuites', '', 'binary\0junk', '<testsuite a=b/>'])
      assert.equal(await refusalOf({ 'a.xml': junit(2), 'b.xml': broken }), 'parse_error', broken);
  });

  it('leaves macOS shadow files aside', async () => {
    const files = { '__MACOSX/junit.xml': 'shadow', '._junit.xml': 'shadow', 'junit.xml': junit(2) };
    assert.equal((await resultsOf(files)).passed, 2);
  });

  it('bounds the reports, one and together', async () => {
    const files = { 'a.xml': junit(20), 'b.xml': junit(21) };
    assert.equal(await refusalOf(files, { xmlBytes: 430 }), 'xml_too_large');
    assert.equal(await refusalOf(files, { xmlTotalBytes: 800 }), 'xml_too_large');
    assert.equal((await resultsOf(files)).passed, 41);
  });
});
