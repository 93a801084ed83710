import assert from 'node:assert/strict';
import { assert as check, property, string } from 'fast-check';
import { orgIdOf, slugOf, suffixedSlug } from '../../../domain/identity/slug.ts';

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

describe('a slug with a suffix', () => {
  it('stays within the length of a slug', () => {
    assert.equal(suffixedSlug('local-co', '2'), 'local-co-2');
    const long = suffixedSlug('x'.repeat(64), 'abcdef');
    assert.equal(long.length, 64);
    assert.ok(long.endsWith('-abcdef'));
    assert.equal(suffixedSlug(`${'x'.repeat(61)}-yz`, '2'), `${'x'.repeat(61)}-2`);
  });
});

describe('what X-Org-Id may name', () => {
  it('is a slug or a uuid, trimmed, in any case', () => {
    assert.equal(orgIdOf(' Local-Co '), 'local-co');
    assert.equal(orgIdOf('10CA1C00-0000-4000-8000-000000000001'), '10ca1c00-0000-4000-8000-000000000001');
    for (const bad of ['', 'x', '-x', '_x', 'a b', 'a/b', 'é-co', 'a'.repeat(65)])
      assert.equal(orgIdOf(bad), undefined, bad);
  });
});
