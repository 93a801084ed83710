import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { currentLinkKeyId, hashSecret, linkToken, newSecret } from '../../core/tokens.ts';

describe('secrets', () => {
  it('are 32 random bytes in 43 characters, kept as SHA-256', () => {
    const made = new Set(Array.from({ length: 100 }, newSecret));
    assert.equal(made.size, 100);
    for (const secret of made) assert.match(secret, /^[\w-]{43}$/);
    assert.equal(hashSecret('abc').toString('hex'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});

describe('the token of a link', () => {
  const keys = { old: randomBytes(32), new: randomBytes(32) };
  const facts = { keyId: 'new', kind: 'invite', id: '7', generation: 1 };

  it('is the same each time, and as long as an invite token', () => {
    assert.equal(linkToken(keys, facts), linkToken(keys, { ...facts }));
    assert.match(linkToken(keys, facts), /^[\w-]{43}$/);
  });

  it('differs by key, kind, id and generation, also where their texts run together', () => {
    const tokens = [
      facts,
      { ...facts, keyId: 'old' },
      { ...facts, kind: 'invite7', id: '' },
      { ...facts, id: '71' },
      { ...facts, id: '7', generation: 11 },
      { ...facts, generation: 2 },
    ].map((one) => linkToken(keys, one));
    assert.equal(new Set(tokens).size, tokens.length);
  });

  it('needs its key, and new links take the last one named', () => {
    assert.throws(() => linkToken(keys, { ...facts, keyId: 'gone' }), /"gone" is not in TENON_LINK_KEYS/);
    assert.equal(currentLinkKeyId(keys), 'new');
    assert.throws(() => currentLinkKeyId({}), /no link key/);
  });
});
