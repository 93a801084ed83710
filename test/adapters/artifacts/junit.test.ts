import assert from 'node:assert/strict';
import { countsOf, refusalOf, resultsOf } from './verdicts.ts';

const refused = (report: string, limits = {}) => refusalOf({ 'report.xml': report }, limits);
const suite = (content: string) => `<testsuite name="s">${content}</testsuite>`;

describe('a JUnit report', () => {
  it('counts each case once: failure or error before skipped, skipped before passed', async () => {
    const cases = [
      '<testcase name="a"/>',
      '<testcase name="b"><failure/><failure/><error/><skipped/></testcase>',
      '<testcase name="c"><skipped/><system-out>x</system-out></testcase>',
    ];
    assert.equal(await countsOf(suite(cases.join(''))), '1/1/1');
  });

  it('takes the counts of suites without cases, and only of those without suites either', async () => {
    const leaves =
      '<testsuite tests="5" failures="1" errors="1" skipped="1"/><testsuite tests="2" skip="1" disabled="1"/>';
    assert.equal(await countsOf(`<testsuites tests="99">${leaves}</testsuites>`), '2/2/3');
    assert.equal(await countsOf('<testsuites tests="4" failures="1"/>'), '3/1/0');
    assert.equal(await countsOf('<testsuite tests="1" failures="3"/>'), '0/3/0');
    for (const count of ['-1', 'many', '1e9', '99999999'])
      assert.equal(await refused(`<testsuite tests="${count}"/>`), 'parse_error', count);
  });

  it('is refused when its suites, or its files together, count more than a run can hold', async () => {
    const half = '<testsuite tests="6000000"/>';
    assert.equal(await refused(`<testsuites>${half}${half}</testsuites>`), 'xml_too_large');
    assert.equal(await refusalOf({ 'report-0.xml': half, 'report-1.xml': `${half} ` }), 'xml_too_large');
    assert.equal(await refused('<testsuite failures="9999999" errors="9999999"/>'), 'xml_too_large');
    assert.equal(
      await refused('<testsuites failures="9999999" errors="9999999"><testsuite/></testsuites>'),
      'xml_too_large',
    );
    assert.equal(await countsOf('<testsuite tests="9999999"/>'), '9999999/0/0');
  });

  it('is not green when a suite declares failures that no case shows', async () => {
    assert.equal(
      await countsOf('<testsuites failures="2"><testsuite><testcase name="a"/></testsuite></testsuites>'),
      '1/2/0',
    );
  });

  it('counts only cases that stand where cases stand', async () => {
    const noise = '<system-out><testcase><failure/></testcase></system-out><properties><testcase/></properties>';
    assert.equal(
      await countsOf(
        suite(`${noise}<testcase name="a"><!-- <failure/> --><system-out>${noise}</system-out></testcase>`),
      ),
      '1/0/0',
    );
    assert.equal(
      await countsOf(suite('<testcase name="a"><system-out><![CDATA[<failure/></testcase>]]></system-out></testcase>')),
      '1/0/0',
    );
  });

  it('is an error, not 0 of 0, when it has no case and no count', async () => {
    for (const report of [
      '<testsuites/>',
      '<testsuite tests="0" failures="0"/>',
      '<testsuites><testsuite/></testsuites>',
    ])
      assert.equal(await refused(report), 'results_empty', report);
    assert.equal(await countsOf(suite('<testcase><skipped/></testcase>')), '0/0/1');
  });

  it('is an error when it ends early, wherever that is', async () => {
    const whole = `<?xml version="1.0"?>\n<testsuites><testsuite name="a"><testcase name="1"/><testcase name="2"><failure message="m">t</failure></testcase></testsuite></testsuites>`;
    for (let length = 1; length < whole.length; length += 1)
      assert.equal(await refused(whole.slice(0, length)), 'parse_error', whole.slice(0, length));
  });

  it('is an error when anything follows the root, which the parser alone lets pass', async () => {
    for (const extra of ['<testsuite/>', 'text', '<!-- open', '<?open', '</testsuite>', '<![CDATA[x]]>'])
      for (const root of ['<testsuite tests="1"/>', '<testsuite tests="1"></testsuite>'])
        assert.equal(await refused(`${root}${extra}`), 'parse_error', `${root}${extra}`);
    assert.equal(await countsOf('\ufeff<!-- a --><?p i?>\n<testsuite tests="1"/>\n<!-- b --><?p i?>\n'), '1/0/0');
  });

  it('is refused for a document type or entities, in place or at the front', async () => {
    const entity = '<!DOCTYPE testsuite [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>';
    assert.equal(await refused(`${entity}${suite('<testcase name="&c;"/>')}`), 'xml_entities');
    assert.equal(
      await refused(`<!DOCTYPE testsuite SYSTEM "file:///etc/passwd">${suite('<testcase/>')}`),
      'xml_entities',
    );
    assert.equal(await refused(suite('<!ENTITY a "b"><testcase/>')), 'xml_entities');
  });

  it('is refused for depth, elements, attributes and cases past the limits', async () => {
    assert.equal(await refused(suite('<a>'.repeat(64) + '</a>'.repeat(64))), 'xml_too_deep');
    assert.equal(await refused('<testsuite>'.repeat(80_000)), 'xml_too_deep');
    assert.equal(await refused(suite('<a/>'.repeat(30)), { xmlElements: 30 }), 'xml_too_large');
    assert.equal(await refused(suite('<a b="" c=""/>'.repeat(30)), { xmlAttributes: 50 }), 'xml_too_large');
    assert.equal(
      await refused(`<testsuite ${Array.from({ length: 101 }, (_, n) => `a${n}=""`).join(' ')}/>`),
      'xml_too_large',
    );
    assert.equal(await refused(suite('<testcase/>'.repeat(30)), { cases: 29 }), 'xml_too_large');
  });

  it('is not misled by names that reach into prototypes', async () => {
    assert.equal(await refused(suite('<__proto__ failures="1"/><testcase/>')), 'parse_error');
    assert.equal(await countsOf(suite('<testcase toString="1" hasOwnProperty="2"/><valueOf/>')), '1/0/0');
  });

  it('collects output of suites and cases, clean, capped, with the five entities and CDATA resolved', async () => {
    const report = suite(
      `<system-out>a &lt;b&gt; &#65; &unknown;</system-out><testcase><system-out><![CDATA[&lt; ghp_abcdef123456]]></system-out>
       <system-err>token hush\u0000</system-err></testcase>`,
    );
    const results = await resultsOf({ 'r.xml': report });
    assert.equal(results.stdout, 'a <b> A &unknown;\n&lt; [redacted]');
    assert.equal(results.stderr, '[redacted]');
    const chatty = suite(`<testcase>${`<system-out>${'x'.repeat(99)}</system-out>`.repeat(3_000)}</testcase>`);
    assert.ok((await resultsOf({ 'r.xml': chatty })).stdout.endsWith('... (truncated)'));
  });

  it('names at most twenty failures, each cut', async () => {
    const failure = `<testcase classname="c" name="${'n'.repeat(300)}"><failure>${'m'.repeat(900)}</failure></testcase>`;
    const { failed, summary } = await resultsOf({ 'r.xml': suite(failure.repeat(30)) });
    const failures = summary?.['failures'] as { suite: string; name: string; message: string }[];
    assert.equal(failed, 30);
    assert.equal(failures.length, 20);
    assert.ok(failures.every(({ name, message }) => name.length < 220 && message.length < 520));
  });
});
