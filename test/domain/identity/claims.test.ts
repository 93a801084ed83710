import assert from 'node:assert/strict';
import { readClaims, type TokenIdentity } from '../../../domain/identity/claims.ts';

const rules = {
  claimNamespace: 'https://tenon.ai',
  emailClaim: 'https://tenon.ai/email',
  rolesClaim: 'https://tenon.ai/roles',
  permissionsClaim: 'https://tenon.ai/permissions',
};
const base = { iss: 'https://issuer.test/', sub: 'auth0|1', email: 'ada@example.com' };
const read = (claims: object): TokenIdentity | undefined => readClaims({ ...base, ...claims }, rules);

describe('the claims of a verified token', () => {
  it('give issuer, subject, e-mail and name', () => {
    assert.deepEqual(read({ name: ' Ada ', email_verified: true, permissions: ['recruiter:access'] }), {
      issuer: 'https://issuer.test/',
      subject: 'auth0|1',
      email: 'ada@example.com',
      emailVerified: true,
      name: 'Ada',
      permissions: ['recruiter:access'],
    });
  });

  it('take the e-mail from the configured claim, then from email, then from any key that ends so; trimmed, lower case', () => {
    assert.equal(read({ 'https://tenon.ai/email': ' Own@Example.com ' })?.email, 'own@example.com');
    assert.equal(read({ email: 'B@Example.com' })?.email, 'b@example.com');
    assert.equal(read({ email: null, 'https://other.example/email': 'c@example.com' })?.email, 'c@example.com');
    assert.equal(read({ email: '  ', 'https://other.example/email': 'c@example.com' })?.email, 'c@example.com');
  });

  it('are unusable without subject or e-mail, or with such that cannot be kept', () => {
    const bad = [
      { sub: undefined },
      { sub: '' },
      { sub: 7 },
      { iss: undefined },
      { email: undefined },
      { email: 'no-at-sign' },
      { email: ['a@b.c'] },
      { email: `${'x'.repeat(320)}@example.com` },
      { email: 'a\0@example.com' },
      { sub: 'a\0' },
    ];
    for (const claims of bad) assert.equal(read(claims), undefined, JSON.stringify(claims));
  });

  it('take the name from name, then the namespace, else from the e-mail', () => {
    assert.equal(read({ 'https://tenon.ai/name': 'Ada L.' })?.name, 'Ada L.');
    assert.equal(read({ name: ' ' })?.name, 'ada');
    assert.equal(read({ name: 'x'.repeat(500) })?.name.length, 200);
  });

  it('cut no character of a name in half, and keep nothing that Postgres refuses', () => {
    assert.equal(read({ name: '👩‍💻'.repeat(200) })?.name, Array.from('👩‍💻'.repeat(200)).slice(0, 200).join(''));
    assert.equal(read({ name: 'A\0d\ud83da' })?.name, 'Ada');
  });

  it('say whether the e-mail is verified, or do not say', () => {
    assert.equal(read({})?.emailVerified, undefined);
    assert.equal(read({ email_verified: false })?.emailVerified, false);
    assert.equal(read({ email_verified: 'true' })?.emailVerified, true);
    assert.equal(read({ email_verified: 'yes' })?.emailVerified, false);
    assert.equal(read({ 'https://tenon.ai/email_verified': true })?.emailVerified, true);
  });

  it('take permissions from the first place that has them', () => {
    const nested = {
      'https://tenon.ai/permissions': ['b'],
      'https://tenon.ai/permissions_str': 'c',
      roles: ['candidate'],
    };
    assert.deepEqual(read({ permissions: ['a', 7], ...nested })?.permissions, ['a']);
    assert.deepEqual(read({ permissions: 'no list', ...nested })?.permissions, ['b']);
    assert.deepEqual(read({ permissions: [], ...nested })?.permissions, []);
    assert.deepEqual(read({ 'https://tenon.ai/permissions_str': 'a:b, c:d e:f' })?.permissions, ['a:b', 'c:d', 'e:f']);
  });

  it('derive permissions from roles that contain the word, when there are none', () => {
    assert.deepEqual(read({ roles: ['Senior-Recruiter'] })?.permissions, ['recruiter:access']);
    assert.deepEqual(read({ 'https://tenon.ai/roles': ['candidate', 'recruiter'] })?.permissions, [
      'recruiter:access',
      'candidate:access',
    ]);
    assert.deepEqual(read({ roles: ['admin'] })?.permissions, []);
    assert.deepEqual(read({})?.permissions, []);
  });
});
