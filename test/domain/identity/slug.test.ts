import assert from 'node:assert/strict';
import { assert as check, property, string } from 'fast-check';
import { slugOf } from '../../../domain/identity/slug.ts';

describe('the slug of a name', () => {
  it('is the name in plain letters', () => {
    assert.equal(slugOf('Local Co.'), 'local-co');
    assert.equal(slugOf('  Žluťoučký & Söhne  '), 'zlutoucky-sohne');
    assert.equal(slugOf('X'), 'org-x');
    assert.equal(slugOf('名前'), 'org-x');
  });

  it('always fits the column', () => {
    check(
      property(string({ unit: 'grapheme', maxLength: 300 }), (name) => {
        assert.match(slugOf(name), /^[a-z0-9][a-z0-9_-]{1,63}$/);
      }),
    );
  });
});
