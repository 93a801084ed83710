import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  keepableOutput,
  redactSecrets,
  redactSecretsInCode,
  stripControl,
  truncate,
  truncationSuffix,
} from '../../../domain/workspaces/text.ts';
import { propertyRun } from '../../adapters/artifacts/property.ts';

const token = `ghp_${'a1B2'.repeat(9)}`;

describe('redaction', () => {
  for (const [text, expected] of [
    [`clone with ${token} please`, 'clone with [redacted] please'],
    [`gho_x ghu_x ghs_x ghr_x`, '[redacted] [redacted] [redacted] [redacted]'],
    [`ghs_12_eyJh.eyJp-x.sig_1 end.`, '[redacted] end.'],
    ['github_pat_11AAA_bbb', '[redacted]'],
    ['> Authorization: Bearer abc.def', '> [redacted]'],
    [`{"authorization":"bearer abc"}`, '{"[redacted]"}'],
    ['using token abc123, ok', 'using [redacted], ok'],
    ['bearer eyJhbGciOiJSUzI1NiJ9.x', '[redacted]'],
    ['fatal: https://x-access-token:s3cret@github.com/o/r', 'fatal: https://[redacted]@github.com/o/r'],
    [`printed\\n${token}`, 'printed\\n[redacted]'],
    ['GET /git?token=abc&x=1', 'GET /git?token=[redacted]&x=1'],
  ] as const) {
    it(`of ${JSON.stringify(text.slice(0, 40))}`, () => assert.equal(redactSecrets(text), expected));
  }

  it('leaves ordinary output alone', () => {
    for (const text of [
      'SyntaxError: Unexpected token export',
      'tests/test_highs_and_lows.py::test_weighs_all PASSED',
      'bearer of bad news',
      'authorization failed',
      'http://localhost:5173/a@b',
      'tokens expire',
    ])
      assert.equal(redactSecrets(text), text);
  });

  it('leaves prose about tokens in source code, not the tokens', () => {
    assert.equal(redactSecretsInCode(`+ // the token expires: ${token}`), '+ // the token expires: [redacted]');
  });

  it('finds a token wherever it stands, and is done after one pass', () => {
    const secret = fc.stringMatching(/^gh[pousr]_[A-Za-z0-9]{36}$/u);
    fc.assert(
      fc.property(fc.string(), secret, fc.string(), (before, hidden, after) => {
        const clean = redactSecrets(before + hidden + after);
        assert.ok(!clean.includes(hidden));
        assert.equal(redactSecrets(clean), clean);
      }),
      propertyRun(),
    );
  });

  it('takes time in proportion to the text, whatever it repeats', () => {
    for (const piece of [
      'token ',
      'token',
      'authorization: ',
      'authorization',
      'bearer ',
      'ghp_',
      'gh',
      '://',
      '://a:',
      'ghp_a-',
      ' ',
      '?token=',
      '\u001b[0',
    ])
      for (const tail of ['', '\0']) {
        const text = piece.repeat(1_000_000 / piece.length) + tail;
        assert.ok(redactSecrets(stripControl(text)).length <= text.length * 3);
      }
  });
});

describe('truncation', () => {
  it('cuts at the limit, says so, and leaves short texts alone', () => {
    assert.deepEqual(truncate('abcd', 4), { text: 'abcd', truncated: false });
    assert.deepEqual(truncate('abcde', 4), { text: 'abcd... (truncated)', truncated: true });
  });

  it('never splits a surrogate pair', () => {
    assert.equal(truncate('a😀b', 2).text, `a${truncationSuffix}`);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(30), (whole, limit) => {
        const { text, truncated } = truncate(whole, limit);
        const kept = truncated ? text.slice(0, -truncationSuffix.length) : text;
        assert.equal(truncated, whole.length > limit);
        assert.ok(whole.startsWith(kept) && kept.length <= limit && kept.length >= Math.min(whole.length, limit - 1));
        assert.doesNotMatch(kept, /\p{Cs}/u);
      }),
      propertyRun(),
    );
  });
});

describe('control characters', () => {
  it('go, with terminal colours and lone surrogates; tabs, line ends and emoji stay', () => {
    assert.equal(stripControl('\u001b[1;31mA\u001b[0m\0\u0007\u009b\ud800B\t\r\n😀\udc00'), 'AB\t\r\n😀');
  });

  it('never come back, whatever the text', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff })), (units) => {
        const clean = stripControl(String.fromCharCode(...units));
        assert.doesNotMatch(clean, /\0|\p{Cs}/u);
        assert.equal(Buffer.from(clean, 'utf8').toString('utf8'), clean);
      }),
      propertyRun(),
    );
  });
});

describe('output fit to keep', () => {
  it('is at most the limit and the suffix, and shows no part of a secret that the cut goes through', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.integer({ min: 1, max: 60 }), (before, limit) => {
        const kept = keepableOutput(`${'.'.repeat(before)} ${token} ${'.'.repeat(200)}`, limit);
        assert.ok(kept.endsWith(truncationSuffix) && kept.length <= limit + truncationSuffix.length);
        assert.doesNotMatch(kept, /a1B2/u);
      }),
      propertyRun(),
    );
  });

  it('is the text itself when there is nothing to do', () => {
    assert.equal(keepableOutput('3 passed\n', 9), '3 passed\n');
    assert.equal(keepableOutput('', 9), '');
  });

  it('says that it was cut even when what is left got shorter by cleaning', () => {
    assert.equal(keepableOutput(`${'\0'.repeat(4_000)}abc`, 10), truncationSuffix);
  });
});
