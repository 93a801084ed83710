import assert from 'node:assert/strict';
import { rootElement } from '../../../adapters/artifacts/xml-guard.ts';
import { countsOf, refusalOf, resultsOf } from './verdicts.ts';

const suite = (content: string, attributes = '') => `<testsuite name="s"${attributes}>${content}</testsuite>`;
const failing = suite('<testcase name="a"/><testcase name="é"><failure message="m">t</failure></testcase>');
const refused = (report: string | Buffer, limits = {}) => refusalOf({ 'report.xml': report }, limits);
const counted = async (report: string | Buffer): Promise<string> => {
  const { passed, failed, skipped } = await resultsOf({ 'report.xml': report });
  return `${passed}/${failed}/${skipped}`;
};

describe('a JUnit report with entities', () => {
  const laughs = ['<!ENTITY a0 "ha">', ...Array.from({ length: 20 }, (_, n) => `<!ENTITY a${n + 1} "&a${n};&a${n};">`)];
  const types = {
    'a billion laughs': `<!DOCTYPE testsuite [${laughs.join('')}]>`,
    'a blow-up by one long entity': `<!DOCTYPE testsuite [<!ENTITY a20 "${'x'.repeat(100_000)}">]>`,
    'a file of the machine': '<!DOCTYPE testsuite [<!ENTITY a20 SYSTEM "file:///etc/passwd">]>',
    'an address': '<!DOCTYPE testsuite [<!ENTITY a20 SYSTEM "http://127.0.0.1:1/x">]>',
    'a public identifier': '<!DOCTYPE testsuite PUBLIC "-//x" "http://127.0.0.1:1/x.dtd">',
    'a parameter entity': '<!DOCTYPE testsuite [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x"> %p;]>',
    'a default for attributes': '<!DOCTYPE testsuite [<!ATTLIST testcase status CDATA "skipped">]>',
    'nothing at all': '<!DOCTYPE testsuite>',
    'another case of letters': '<!doctype testsuite>',
    'brackets in its strings': '<!DOCTYPE testsuite [<!ENTITY a20 "]>"> ]>',
    'a comment with its end': '<!DOCTYPE testsuite [<!-- ]> --><!ENTITY a20 "x">]>',
  };
  for (const [what, type] of Object.entries(types))
    it(`in a document type with ${what} is refused`, async () => {
      for (const front of ['', '<?xml version="1.0"?>\n', '<!-- first -->', '\ufeff'])
        assert.equal(await refused(`${front}${type}${suite('<testcase name="&a20;"/>')}`), 'xml_entities');
    });

  it('that nobody declared keeps them as they stand', async () => {
    const { stdout } = await resultsOf({
      'r.xml': suite('<testcase/><system-out>&nope; &lt;&amp;lt; &#x41;&#66; &#x110000; &#xFFFFFF;</system-out>'),
    });
    assert.equal(stdout, '&nope; <&lt; AB &#x110000; &#xFFFFFF;');
  });

  it('that stand for what cannot be stored loses it', async () => {
    const references = '&#0;&#x0;&#xdfff;&#xD800;&#27;[31m&#8;&#x7f;';
    const { stdout, summary } = await resultsOf({
      'r.xml': suite(
        `<testcase name="n${references}"><failure message="m${references}"/></testcase><system-out>a${references}b</system-out>`,
      ),
    });
    assert.equal(stdout, 'ab');
    assert.deepEqual(summary?.['failures'], [{ suite: '', name: 'n', message: 'm' }]);
  });
});

describe('a JUnit report in another encoding', () => {
  const utf16 = (text: string, bigEndian = false): Buffer => {
    const bytes = Buffer.from(text, 'utf16le');
    return bigEndian ? bytes.swap16() : bytes;
  };

  it('counts the same in UTF-8, UTF-16 and with or without its mark', async () => {
    const declared = `<?xml version="1.0" encoding="utf-16"?>${failing}`;
    for (const text of [failing, declared, `\ufeff${failing}`, `\ufeff${declared}`])
      for (const bytes of [Buffer.from(text), utf16(text), utf16(text, true)])
        assert.equal(await counted(bytes), '1/1/0', bytes.subarray(0, 12).toString('hex'));
  });

  it('counts the same with bytes that are no UTF-8', async () => {
    const latin1 = Buffer.from(`<?xml version="1.0" encoding="ISO-8859-1"?>${failing}`, 'latin1');
    assert.equal(await counted(latin1), '1/1/0');
    assert.equal(
      await counted(
        Buffer.concat([
          Buffer.from('<testsuite><testcase name="'),
          Buffer.of(0xff, 0xc0, 0xed, 0xa0, 0x80),
          Buffer.from('"/></testsuite>'),
        ]),
      ),
      '1/0/0',
    );
    const overlong = Buffer.concat([
      Buffer.from('<testsuite>'),
      Buffer.of(0xc0, 0xbc),
      Buffer.from('testcase/></testsuite>'),
    ]);
    assert.equal(await refused(overlong), 'results_empty', 'an overlong "<" is none');
  });

  it('is refused when half of a character is missing at its end, as is one in UTF-32 or EBCDIC', async () => {
    for (const bigEndian of [false, true])
      assert.equal(await refused(utf16(failing, bigEndian).subarray(0, -1)), 'parse_error');
    const utf32 = Buffer.alloc(failing.length * 4);
    Array.from(failing).forEach((letter, at) => utf32.writeUInt32LE(letter.codePointAt(0) ?? 0, at * 4));
    assert.equal(await refused(utf32), 'parse_error');
    assert.equal(await refused(Buffer.of(0x4c, 0x6f, 0xa7, 0x94, 0x93)), 'parse_error');
  });
});

describe('a JUnit report of odd form', () => {
  it('with tricks in CDATA and comments counts what an XML reader counts', async () => {
    const hidden =
      '<testcase name="a"/><![CDATA[<testcase><failure/></testcase>]]><!-- <testcase><failure/></testcase> -->';
    assert.equal(await countsOf(suite(hidden)), '1/0/0');
    assert.equal(await countsOf(suite('<testcase name="a"><![CDATA[]]]]><![CDATA[>]]><failure/></testcase>')), '0/1/0');
    assert.equal(await countsOf(suite('<testcase name="]]>"/>')), '1/0/0');
    assert.equal(await countsOf(suite('<testcase name="<failure/>"/>').replace('<f', '&lt;f')), '1/0/0');
    for (const open of ['<![CDATA[', '<![CDATA[ ]] >', '<!--', '<!-- -- >', '<![cdata[x]]>', '<![CDATA [x]]>'])
      assert.match(await refused(suite(`<testcase/>${open}`)), /^(parse_error|xml_entities)$/, open);
  });

  it('with more or less than one root is refused', async () => {
    for (const report of [
      `${failing}${failing}`,
      `${suite('')}<x/>`,
      `<testsuite/>${failing}`,
      `x${failing}`,
      `${failing}x`,
    ])
      assert.equal(await refused(report), 'parse_error', report.slice(0, 20));
    for (const report of [
      ' ',
      '<!-- only -->',
      '<?xml version="1.0"?>',
      '<testsuite',
      '<>',
      '< testsuite/>',
      '</testsuite>',
    ])
      assert.equal(await refused(report), 'parse_error', report);
  });

  it('with start tags that are no XML is refused', async () => {
    const tags = [
      '=',
      '= =',
      'a',
      'a a',
      'a=',
      'a=b',
      '="b"',
      'a="b"c',
      'a="b"c="d"',
      "a='b",
      'a="b" a',
      'a=="b"',
      '"b"',
      'a "b"',
    ];
    for (const tag of tags) assert.equal(await refused(suite(`<testcase ${tag}/>`)), 'parse_error', tag);
    for (const tag of ['a = "b"', 'a=\'b\'\n\tc = "d" ', "x:y='>'", 'a="\'"', "a='\"'", 'é="1"'])
      assert.equal(await countsOf(suite(`<testcase ${tag}/>`)), '1/0/0', tag);
  });

  it('with control characters counts, and keeps none of them', async () => {
    const controls = Array.from({ length: 32 }, (_, code) => String.fromCodePoint(code)).join('');
    const { passed, stdout } = await resultsOf({
      'r.xml': suite(`<testcase name="a"/><system-out>x${controls}\u007f\u0085y</system-out>`),
    });
    assert.deepEqual([passed, stdout], [1, 'x\t\n\ny']); // XML has one kind of line end
  });

  it('with huge texts, names and attributes counts or is refused by size, never by chance', async () => {
    const long = 'x'.repeat(1_000_000);
    const free = { ratio: 1e6 };
    for (const report of [
      suite(`<testcase name="${long}"/>`),
      suite(`<testcase name="a"><system-out>${long}</system-out></testcase>`),
      suite(`<testcase name="a"><${long}/></testcase>`),
      suite(`<testcase name="a" ${long}="b"/>`),
      suite(`<testcase name="a"${' '.repeat(1_000_000)}/>`),
      suite(`<!--${long}--><?${long}?><testcase/>`),
    ]) {
      assert.equal((await resultsOf({ 'r.xml': report }, free)).passed, 1, report.slice(0, 40));
      assert.equal(await refused(report, { ...free, xmlBytes: 900_000 }), 'xml_too_large');
    }
  });

  it('nested as deep as the limit counts, and one deeper is refused', async () => {
    const nested = (depth: number) => `${'<testsuite>'.repeat(depth)}<testcase/>${'</testsuite>'.repeat(depth)}`;
    assert.equal(await countsOf(nested(64)), '1/0/0');
    assert.equal(await refused(nested(65)), 'xml_too_deep');
    assert.equal(
      await refused('<a>'.repeat(1_000_000), { ratio: 1e6 }),
      'results_missing',
      'no report of tests at all',
    );
    assert.equal(await refused('<testsuites>'.repeat(400_000), { ratio: 1e6 }), 'xml_too_deep');
  });

  it('with suites of suites under a second testsuites counts them all', async () => {
    assert.equal(
      await countsOf(`<testsuites><testsuites>${failing}</testsuites>${suite('<testcase/>')}</testsuites>`),
      '2/1/0',
    );
  });

  it('behind a hundred thousand document types, comments or instructions is not looked for', async () => {
    const many = { ratio: 1e6 };
    const fronts = ['<!DOCTYPE x>', '<!---->', '<?x?>', ' '].map((front) => front.repeat(100_000));
    for (const [at, expected] of ['xml_entities', '1/1/0', '1/1/0', '1/1/0'].entries()) {
      const report = `${fronts[at]}${failing}`;
      const verdict = at === 0 ? await refused(report, many) : await countsOf(report);
      assert.equal(verdict, expected);
    }
    const ofNoTests = await resultsOf({ 'r.xml': failing, 'c.xml': `${'<!-- -->'.repeat(5_000)}<coverage/>` });
    assert.equal(ofNoTests.failed, 1);
    assert.equal(await refusalOf({ 'r.xml': failing, 'c.xml': `${fronts[1]}<coverage/>` }), 'parse_error');
  });
});

describe('the root element of a document', () => {
  it('is found in time that grows with its length', () => {
    const types = Array.from({ length: 300_000 }, (_, n) => `<!DOCTYPE ${n}>`).join('');
    assert.equal(rootElement(`${types}<testsuite>`), 'testsuite');
    assert.equal(rootElement(`${types}<!DOCTYPE [`), null);
  });
});
