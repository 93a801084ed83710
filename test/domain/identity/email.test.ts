import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { normalEmail } from '../../../domain/identity/email.ts';

describe('an e-mail address', () => {
  it('has one form, however it is written', () => {
    for (const [written, kept] of [
      [' Ada@Example.COM ', 'ada@example.com'],
      ['ＡＤＡ@example.com', 'ada@example.com'],
      ['\u212Ada@example.com', 'kda@example.com'],
      ['ada@b\u00FCcher.example', 'ada@xn--bcher-kva.example'],
      ['ada@bu\u0308cher.example', 'ada@xn--bcher-kva.example'],
      ['ada+tag@example.com', 'ada+tag@example.com'],
      ['\uFB01re@example.com', 'fire@example.com'],
    ] as const) {
      assert.equal(normalEmail(written), kept, written);
    }
  });

  it('is nothing that cannot be one', () => {
    for (const bad of [
      '',
      'ada',
      '@example.com',
      'ada@',
      'a@b@c',
      'a b@c.example',
      'a\u0000@c.example',
      'a@b/c',
      'a@b?c',
      'a@b#c',
      'a@[::1',
      `${'x'.repeat(320)}@e.example`,
    ]) {
      assert.equal(normalEmail(bad), undefined, bad);
    }
  });

  it('stays as it is once it has that form, which the database takes too', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.emailAddress(),
          fc.string({ unit: 'binary' }).map((text) => `${text}@example.com`),
        ),
        (text) => {
          const email = normalEmail(text);
          if (email === undefined) return;
          assert.equal(normalEmail(email), email);
          assert.equal(email, email.toLowerCase().trim());
        },
      ),
    );
  });
});
