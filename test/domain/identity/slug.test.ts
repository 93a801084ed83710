import assert from 'node:assert/strict';
import { assert as check, integer, property, string, uuid } from 'fast-check';
import { orgIdOf, slugOf, suffixedSlug } from '../../../domain/identity/slug.ts';

describe('the slug of a name', () => {
  it('is the name in plain letters', () => {
    assert.equal(slugOf('Local Co.'), 'local-co');
    assert.equal(slugOf('  Žluťoučký & Söhne  '), 'zlutoucky-sohne');
    assert.equal(slugOf('X'), 'org-x');
    assert.equal(slugOf('名前'), 'org-x');
  });

  it('joins words with one dash each, and has none at its ends, also where it is cut', () => {
    assert.equal(slugOf('--a -- b__c!!'), 'a-b-c');
    assert.equal(slugOf(`${'a'.repeat(63)} b`), 'a'.repeat(63));
    assert.equal(slugOf('x'.repeat(100)), 'x'.repeat(64));
  });

  it('always fits the column', () => {
    check(
      property(string({ unit: 'grapheme', maxLength: 300 }), (name) => {
        assert.match(slugOf(name), /^[a-z0-9][a-z0-9_-]{1,63}$/);
      }),
    );
  });

  it('never reads as the id of an organisation: X-Org-Id takes either', () => {
    check(
      property(uuid(), (id) => {
        assert.notEqual(slugOf(id), id);
        assert.notEqual(slugOf(`  ${id.toUpperCase()}!`), id);
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
    assert.equal(suffixedSlug(`${'x'.repeat(60)}--yy`, '12'), `${'x'.repeat(60)}-12`, 'no two dashes where it is cut');
  });

  it('fits the column and is what X-Org-Id takes, whatever name it comes from', () => {
    check(
      property(string({ unit: 'grapheme', maxLength: 300 }), integer({ min: 2, max: 999_999 }), (name, n) => {
        const slug = suffixedSlug(slugOf(name), String(n));
        assert.match(slug, /^[a-z0-9][a-z0-9_-]{1,63}$/);
        assert.ok(slug.endsWith(`-${n}`));
        assert.equal(orgIdOf(slug), slug);
      }),
    );
  });
});

describe('what X-Org-Id may name', () => {
  it('is a slug or a uuid, trimmed, in any case', () => {
    assert.equal(orgIdOf(' Local-Co '), 'local-co');
    assert.equal(orgIdOf('10CA1C00-0000-4000-8000-000000000001'), '10ca1c00-0000-4000-8000-000000000001');
    assert.equal(orgIdOf('1_a'), '1_a');
    for (const bad of ['', ' ', 'x', '-x', '_x', 'a b', 'a/b', 'a\0b', '{id}', 'é-co', 'a'.repeat(65)])
      assert.equal(orgIdOf(bad), undefined, bad);
  });
});
