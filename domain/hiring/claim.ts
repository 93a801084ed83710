import type { CandidateIdentity } from '../identity/actor.ts';
import type { SessionStatus } from './session.ts';

/** What a claim is decided on. */
export interface ClaimFacts {
  readonly status: SessionStatus;
  readonly expiresAt: Date;
  readonly inviteEmail: string;
  readonly candidateIssuer: string | null;
  readonly candidateSub: string | null;
}

export type ClaimVerdict = 'claim' | 'already_theirs' | 'expired' | 'revoked' | 'not_theirs' | 'email_unverified';

/** The order of contracts/hiring.md section 4: expiry before identity, verification before the address. */
export function decideClaim(session: ClaimFacts, identity: CandidateIdentity, now: Date): ClaimVerdict {
  if (session.status === 'revoked') return 'revoked';
  if (hasExpired(session, now)) return 'expired';
  if (session.candidateSub !== null) {
    const same = session.candidateSub === identity.subject && session.candidateIssuer === identity.issuer;
    return same ? 'already_theirs' : 'not_theirs';
  }
  if (identity.emailVerified === false) return 'email_unverified';
  return isMeantFor(session, identity) ? 'claim' : 'not_theirs';
}

/** Whether the invite went to this person's address; both are kept trimmed and in lower case. */
export function isMeantFor(
  { inviteEmail }: Pick<ClaimFacts, 'inviteEmail'>,
  { email }: Pick<CandidateIdentity, 'email'>,
): boolean {
  return email === inviteEmail;
}

/** The clock decides, also in the moment before the workflow has written it; a completed session does not expire. */
export function hasExpired({ status, expiresAt }: Pick<ClaimFacts, 'status' | 'expiresAt'>, now: Date): boolean {
  if (status === 'expired') return true;
  return (status === 'not_started' || status === 'in_progress') && expiresAt <= now;
}
