import assert from 'node:assert/strict';
import { assert as check, constantFrom, domain, oneof, property, string, stringMatching, tuple } from 'fast-check';
import { normalEmail } from '../../../domain/identity/email.ts';

describe('the one form of an e-mail address', () => {
  const same = (wanted: string, variants: readonly string[]) => {
    for (const variant of variants) assert.equal(normalEmail(variant), wanted, JSON.stringify(variant));
  };

  it('is in lower case and without spaces around it', () => {
    same('ada@example.com', [
      'ada@example.com',
      'ADA@Example.COM',
      '  ada@example.com\n',
      '\u00a0ada@example.com\ufeff',
    ]);
    same('straße@example.com', ['straße@example.com', 'Straße@example.com']);
  });

  it('takes letters that only look different for the same: full width, ligatures, a Kelvin sign, composed accents', () => {
    same('ada@example.com', ['ａｄａ@example.com', 'ada＠example.com', 'ada@ｅｘａｍｐｌｅ．ｃｏｍ']);
    same('kelvin@example.com', ['\u212aelvin@example.com', 'kelvin@example.com', 'Kelvin@example.com']);
    same('\u01f0@example.com', ['J\u030c@example.com', 'j\u030c@example.com']); // no capital of it in one character
    same('office@example.com', ['o\ufb03ce@example.com', 'OFFICE@example.com']);
    same('zo\u00eb@example.com', ['zoe\u0308@example.com', 'ZO\u00cb@example.com', 'ZOE\u0308@example.com']);
  });

  it('has the domain in ASCII', () => {
    same('ada@xn--bcher-kva.example', [
      'ada@bücher.example',
      'ada@BÜCHER.example',
      'ada@bu\u0308cher.example',
      'ada@xn--bcher-kva.example',
      'ada@XN--BCHER-KVA.EXAMPLE',
      'ada@bücher\u3002example',
    ]);
  });

  it('keeps what makes a difference: another mailbox is another person', () => {
    same('ada+work@example.com', ['Ada+Work@example.com']);
    same('a.d.a@example.com', ['a.d.a@example.com']);
    same('ada@mail.example.com', ['ada@mail.example.com']);
    assert.notEqual(normalEmail('\u0430da@example.com'), 'ada@example.com', 'a Cyrillic a is another letter');
  });

  it('is not there for what cannot be an address', () => {
    for (const text of [
      '',
      ' ',
      'ada',
      '@example.com',
      'ada@',
      'two@at@example.com',
      'two@at＠example.com',
      'a da@example.com',
      'ada@exam ple.com',
      'ada@example.com/path',
      'ada@example.com?query',
      'ada@example.com#hash',
      'ada@example.com:25',
      'ada@[::1]',
      'ada@exa\\mple.com',
      'ada@xn--\u00fc.example',
      'a@[::1',
      `${'x'.repeat(320)}@e.example`,
    ]) {
      assert.equal(normalEmail(text), undefined, JSON.stringify(text));
    }
  });

  it('holds no control characters, wherever they stand', () => {
    for (const text of [
      'a\0da@example.com',
      'a\u0007da@example.com',
      'ada\u007f@example.com',
      'ada\u0085@example.com',
      'ada@exam\0ple.com',
      'ada@example.com\0',
      'ada@example.com\u0007',
      '\u0001ada@example.com',
    ]) {
      assert.equal(normalEmail(text), undefined, JSON.stringify(text));
    }
  });

  it('is at most 320 characters long', () => {
    const longest = `${'a'.repeat(308)}@example.com`;
    assert.equal(normalEmail(longest), longest);
    assert.equal(normalEmail(`a${longest}`), undefined);
    assert.equal(normalEmail(`a@${'b'.repeat(400)}.com`), undefined);
    assert.equal(normalEmail(`${'\ufb03'.repeat(150)}@example.com`), undefined, 'counted as it is kept');
  });

  const letters = oneof(
    string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
    string({ unit: 'binary', minLength: 1, maxLength: 12 }),
    stringMatching(/^[a-zA-Z0-9.+_-]{1,12}$/),
    string({
      unit: constantFrom('\u212a', 'Σ', 'ς', 'İ', 'ß', 'ẞ', 'ﬃ', '\u0308', 'ａ', 'Ǆ', '\u0345', 'e'),
      maxLength: 8,
    }),
  );
  const hosts = oneof(
    domain(),
    letters,
    tuple(letters, domain()).map((parts) => parts.join('.')),
  );

  it('does not change when it is taken again, and is what the database keeps', () => {
    let found = 0;
    check(
      property(letters, hosts, (local, host) => {
        const email = normalEmail(`${local}@${host}`);
        if (email === undefined) return;
        found += 1;
        assert.equal(normalEmail(email), email);
        assert.equal(email, email.toLowerCase().trim());
        assert.match(email, /^[^\s@]+@[\x21-\x7e]+$/u);
      }),
      { numRuns: 2_000 },
    );
    assert.ok(found > 200, `only ${found} were addresses`);
  });
});
