import assert from 'node:assert/strict';
import { refusalOf, resultsOf } from './verdicts.ts';

const counts = (fields: object = {}) => JSON.stringify({ passed: 2, failed: 1, total: 3, ...fields });
const file = (text: string | Buffer) => ({ 'tenon-test-results.json': text });

describe('tenon-test-results.json', () => {
  it('gives counts, output and summary', async () => {
    const text = counts({ skipped: 4, stdout: 'out', stderr: 'err', summary: { runner: 'node' } });
    assert.deepEqual(await resultsOf(file(text)), {
      passed: 2,
      failed: 1,
      skipped: 4,
      total: 3,
      stdout: 'out',
      stderr: 'err',
      summary: { runner: 'node' },
      format: 'tenon',
    });
  });

  it('may leave out, or set to null, everything but the counts', async () => {
    const bare = await resultsOf(file(counts()));
    const nulls = await resultsOf(file(counts({ skipped: null, stdout: null, stderr: null, summary: null })));
    assert.deepEqual(bare, nulls);
    assert.deepEqual([bare.stdout, bare.stderr, bare.summary, bare.skipped], ['', '', null, 0]);
  });

  for (const passed of ['3', true, null, -1, 1.5, 10_000_001, [], {}]) {
    it(`is refused when a count is ${JSON.stringify(passed)}`, async () => {
      assert.equal(await refusalOf(file(counts({ passed }))), 'json_schema');
    });
  }

  it('is refused for a missing count, an infinite one, a text that is none, a summary that is no object', async () => {
    const texts = [
      '{"passed":1,"failed":0}',
      '{"passed":1e999,"failed":0,"total":1}',
      '[]',
      'null',
      '7',
      counts({ stdout: 7 }),
      counts({ stderr: ['x'] }),
      counts({ summary: [] }),
      counts({ summary: 'fine' }),
      counts({ skipped: '1' }),
      '{"__proto__":{"passed":1,"failed":0,"total":1}}',
    ];
    for (const text of texts) assert.equal(await refusalOf(file(text)), 'json_schema', text);
  });

  it('is refused when it is no JSON or ends early', async () => {
    for (const text of ['', counts().slice(0, -1), `${counts()}x`, '{"passed":NaN,"failed":0,"total":0}'])
      assert.equal(await refusalOf(file(text)), 'json_invalid', text);
  });

  it('is refused when nested too deep or holding too many values', async () => {
    const deep = `{"passed":1,"failed":0,"total":1,"summary":{"a":${'['.repeat(70)}${']'.repeat(70)}}}`;
    assert.equal(await refusalOf(file(deep)), 'json_too_complex');
    const wide = counts({ summary: { list: Array.from({ length: 2_000 }, () => []) } });
    assert.equal(await refusalOf(file(wide), { jsonValues: 1_000 }), 'json_too_complex');
    const brackets = counts({ stdout: `"${'[{'.repeat(100)}\\` });
    assert.equal((await resultsOf(file(brackets))).passed, 2);
  });

  it('is read with a byte order mark, in UTF-16, and with damaged characters in its output', async () => {
    assert.equal((await resultsOf(file(`\ufeff${counts()}`))).passed, 2);
    assert.equal((await resultsOf(file(Buffer.from(`\ufeff${counts()}`, 'utf16le')))).passed, 2);
    const cut = Buffer.concat([
      Buffer.from('{"passed":2,"failed":1,"total":3,"stdout":"'),
      Buffer.of(0xc3),
      Buffer.from('"}'),
    ]);
    assert.equal((await resultsOf(file(cut))).stdout, '\ufffd');
  });

  it('keeps output capped, without secrets, control characters and terminal colours', async () => {
    const stdout = `\u001b[31mred\u001b[0m \u0000ghp_${'a'.repeat(36)} ${'x'.repeat(300_000)}`;
    const results = await resultsOf(file(counts({ stdout })));
    assert.ok(results.stdout.startsWith('red [redacted] xxx'));
    assert.ok(results.stdout.endsWith('x... (truncated)'));
    assert.equal(results.stdout.length, 100_000 + '... (truncated)'.length);
  });

  it('keeps a summary only clean and whole', async () => {
    const text = `{"passed":1,"failed":0,"total":1,"summary":{"__proto__":{"admin":true},"constructor":1,"nul\\u0000":"a\\u0000b",
      "key":"token abc123","big":1e999,"list":[1,{"x":"ghp_1234"}]}}`;
    const { summary } = await resultsOf(file(text));
    assert.deepEqual(summary, { nul: 'ab', key: '[redacted]', big: null, list: [1, { x: '[redacted]' }] });
    assert.equal(Object.hasOwn(Object.prototype, 'admin'), false);
    const large = await resultsOf(file(counts({ summary: { text: 'x'.repeat(70_000) } })));
    assert.deepEqual(large.summary, { truncated: true });
  });
});
