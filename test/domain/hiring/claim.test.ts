import assert from 'node:assert/strict';
import { decideClaim, hasExpired, type ClaimFacts } from '../../../domain/hiring/claim.ts';
import type { CandidateIdentity } from '../../../domain/identity/actor.ts';

const now = new Date('2026-03-01T12:00:00Z');
const later = new Date('2026-03-02T12:00:00Z');
const earlier = new Date('2026-02-28T12:00:00Z');

const casey: CandidateIdentity = {
  issuer: 'https://id.test/',
  subject: 'casey',
  email: 'casey@example.test',
  emailVerified: true,
  name: 'Casey',
};

const invited: ClaimFacts = {
  status: 'not_started',
  expiresAt: later,
  inviteEmail: 'casey@example.test',
  candidateIssuer: null,
  candidateSub: null,
};

const claimed: ClaimFacts = { ...invited, status: 'in_progress', candidateIssuer: casey.issuer, candidateSub: 'casey' };

describe('deciding a claim', () => {
  it('gives an open invite to the invited address', () => {
    assert.equal(decideClaim(invited, casey, now), 'claim');
  });

  it('hides the invite from another address', () => {
    assert.equal(decideClaim(invited, { ...casey, email: 'sam@example.test' }, now), 'not_theirs');
  });

  it('asks for a verified address before it compares it', () => {
    const unverified = { ...casey, email: 'sam@example.test', emailVerified: false };
    assert.equal(decideClaim(invited, unverified, now), 'email_unverified');
  });

  it('accepts a token that does not say whether the address is verified', () => {
    assert.equal(decideClaim(invited, { ...casey, emailVerified: undefined }, now), 'claim');
  });

  it('lets the same person in again, whatever their address is now', () => {
    assert.equal(decideClaim(claimed, { ...casey, email: 'new@example.test' }, now), 'already_theirs');
  });

  it('keeps out the same subject of another issuer', () => {
    assert.equal(decideClaim(claimed, { ...casey, issuer: 'https://evil.test/' }, now), 'not_theirs');
  });

  it('says expired before it says whose it is', () => {
    assert.equal(decideClaim({ ...claimed, expiresAt: earlier }, { ...casey, subject: 'sam' }, now), 'expired');
  });

  it('says revoked before anything else', () => {
    assert.equal(decideClaim({ ...invited, status: 'revoked', expiresAt: earlier }, casey, now), 'revoked');
  });
});

describe('expiry', () => {
  it('has come at the very instant of the deadline', () => {
    assert.equal(hasExpired({ status: 'in_progress', expiresAt: now }, now), true);
    assert.equal(hasExpired({ status: 'in_progress', expiresAt: new Date(now.getTime() + 1) }, now), false);
  });

  it('does not touch a completed session', () => {
    assert.equal(hasExpired({ status: 'completed', expiresAt: earlier }, now), false);
  });

  it('stays when the clock was moved after it was written', () => {
    assert.equal(hasExpired({ status: 'expired', expiresAt: later }, now), true);
  });
});
