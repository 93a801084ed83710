import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { artifactLimits } from '../../../adapters/artifacts/index.ts';
import { propertyRun, propertyTimeoutMs } from './property.ts';
import { refusalOf, resultsOf } from './verdicts.ts';

const file = (text: string | Buffer) => ({ 'tenon-test-results.json': text });
const countKeys = ['passed', 'failed', 'total', 'skipped'];
const withCount = (literal: string, key = 'passed') =>
  file(`{${countKeys.map((name) => `"${name}":${name === key ? literal : 1}`).join(',')}}`);
const counts = (fields: string) => file(`{"passed":2,"failed":1,"total":3,${fields}}`);

describe('hostile results in JSON', function () {
  this.timeout(propertyTimeoutMs);

  const noCounts = [
    '-1',
    '-0.5',
    '0.1',
    '1.0000001',
    '1e308',
    '1e309',
    '-1e309',
    '9007199254740993',
    '10000001',
    '1e-1',
  ];
  const noNumbers = ['"1"', '""', 'true', 'false', '[]', '[1]', '{}', '{"valueOf":1}', '"1e3"', '"٣"'];
  for (const literal of [...noCounts, ...noNumbers])
    it(`with the count ${literal} are refused`, async () => {
      for (const key of countKeys) assert.equal(await refusalOf(withCount(literal, key)), 'json_schema', key);
    });

  for (const literal of [
    'NaN',
    'Infinity',
    '-Infinity',
    'undefined',
    '01',
    '+1',
    '.5',
    '1.',
    '0x10',
    '1n',
    '1_000',
    "'1'",
    '1,000',
    '--1',
    '',
  ])
    it(`with the word ${JSON.stringify(literal)} are no JSON`, async () => {
      assert.equal(await refusalOf(withCount(literal)), 'json_invalid');
    });

  for (const [literal, passed] of [
    ['1.0', 1],
    ['1e3', 1_000],
    ['-0', 0],
    ['10000000', 10_000_000],
    ['1E+2', 100],
  ] as const)
    it(`with ${literal} mean ${passed}`, async () => {
      const results = await resultsOf(withCount(literal));
      assert.ok(Object.is(results.passed, passed));
    });

  it('may give a total that is no sum, and it is kept as written', async () => {
    const { passed, failed, total } = await resultsOf(file('{"passed":2,"failed":1,"total":99}'));
    assert.deepEqual([passed, failed, total], [2, 1, 99]);
  });

  it('with a key twice are read by the last one, in the counts and anywhere else', async () => {
    const { passed, failed, summary } = await resultsOf(
      file('{"passed":9,"failed":0,"total":9,"failed":4,"summary":{"a":1},"summary":{"a":2,"a":3}}'),
    );
    assert.deepEqual([passed, failed, summary], [9, 4, { a: 3 }]);
    assert.equal(await refusalOf(file('{"passed":9,"failed":0,"total":9,"failed":"0"}')), 'json_schema');
  });

  it('reach no prototype by their keys', async () => {
    const reaching = ['__proto__', 'constructor', 'prototype', String.raw`__proto\u005f_`, String.raw`__pro\u0000to__`];
    for (const key of reaching) {
      const inner = `{"${key}":{"polluted":true,"prototype":{"polluted":true}}}`;
      const { summary } = await resultsOf(
        counts(`"${key}":{"polluted":true},"summary":{"inner":${inner},"${key}":${inner}}`),
      );
      assert.deepEqual(summary, { inner: {} }, key);
      assert.equal(Reflect.get({}, 'polluted'), undefined);
    }
    for (const key of ['toString', 'hasOwnProperty', 'toJSON', 'then', 'length'])
      assert.deepEqual((await resultsOf(counts(`"${key}":1,"summary":{"${key}":1}`))).summary, { [key]: 1 });
    assert.equal(await refusalOf(file('{"__proto__":{"passed":1,"failed":0,"total":1},"passed":1}')), 'json_schema');
  });

  it('nested too deep are refused, in brackets of any kind and anywhere', async () => {
    for (const depth of [65, 1_000, 500_000])
      for (const text of ['['.repeat(depth), '{"a":'.repeat(depth), `{"summary":${'[{"a":'.repeat(depth)}`])
        assert.equal(await refusalOf(file(text), { ratio: 1e6 }), 'json_too_complex', String(depth));
    const deep = `"summary":{"a":${'['.repeat(60)}${']'.repeat(60)}}`;
    assert.equal((await resultsOf(counts(deep))).passed, 2);
    assert.equal(await refusalOf(file(']'.repeat(1_000))), 'json_invalid');
  });

  it('with a million values, keys or escapes are refused or kept small', async () => {
    const free = { ratio: 1e6 };
    assert.equal(await refusalOf(counts(`"x":[${'1,'.repeat(600_000)}1]`), free), 'json_too_complex');
    assert.equal(await refusalOf(counts(`"x":[${'[],'.repeat(600_000)}1]`), free), 'json_too_complex');
    const keys = Array.from({ length: 200_000 }, (_, n) => `"k${n}":1`).join(',');
    assert.deepEqual((await resultsOf(counts(`"summary":{${keys}}`), free)).summary, { truncated: true });
    const escapes = await resultsOf(counts(`"stdout":"${String.raw`\u0000\ud800`.repeat(500_000)}"`), free);
    assert.equal(escapes.stdout, '... (truncated)');
  });

  it('with huge texts keep their beginning', async () => {
    const huge = 'x'.repeat(4_000_000);
    const results = await resultsOf(counts(`"stdout":"${huge}","stderr":"é${huge}","summary":{"t":"${huge}"}`), {
      ratio: 1e6,
      entryBytes: 1e8,
    });
    assert.equal(results.stdout.length, artifactLimits.outputChars + '... (truncated)'.length);
    assert.ok(results.stderr.startsWith('éxxx'));
    assert.deepEqual(results.summary, { truncated: true });
    assert.equal(await refusalOf(file(`{"${huge}":${huge}}`), { ratio: 1e6 }), 'json_invalid');
    assert.equal(
      await refusalOf(file(`{"passed":${'9'.repeat(1_000_000)},"failed":0,"total":1}`), { ratio: 1e6 }),
      'json_schema',
    );
  });

  it('end early without ever being read as less', async () => {
    const whole = '{"passed":12,"failed":34,"total":46,"stdout":"é\\u00e9","summary":{"a":[1,{"b":null}]}}';
    const bytes = Buffer.from(whole);
    for (let length = 0; length < bytes.length; length += 1)
      assert.equal(await refusalOf(file(bytes.subarray(0, length))), 'json_invalid', `after ${length} bytes`);
  });

  it('of any other shape are refused as that', async () => {
    const plain = fc.jsonValue().filter((value) => !(typeof value === 'object' && value !== null && 'passed' in value));
    await fc.assert(
      fc.asyncProperty(plain, async (value) => {
        assert.equal(await refusalOf(file(JSON.stringify(value))), 'json_schema');
      }),
      propertyRun(),
    );
  });
});
