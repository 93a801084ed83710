import jwt from 'jsonwebtoken';
import type { GithubAppCredentials } from '../../core/settings/github.ts';

/** GitHub takes nothing that was issued after its own time, nor what ends more than ten minutes after it. */
const BACKDATED_S = 60;
const LIFE_S = 600;
/** Clocks that are closer than this are taken for the same. */
const SAME_MS = 30_000;

/** Signs the app's own tokens by GitHub's clock, as far as it has been heard. */
export function appSigner({ id, privateKey }: Pick<GithubAppCredentials, 'id' | 'privateKey'>, now: () => number) {
  let aheadMs = 0;
  return {
    sign(): string {
      const issuedAt = Math.floor((now() + aheadMs) / 1_000) - BACKDATED_S;
      const claims = { iat: issuedAt, exp: issuedAt + LIFE_S, iss: id };
      return jwt.sign(claims, privateKey, { algorithm: 'RS256' });
    },
    /** Takes GitHub's time over from the `date` of an answer; false when ours was right. */
    learn(date: string | undefined): boolean {
      const theirs = Date.parse(date ?? '');
      if (Number.isNaN(theirs) || Math.abs(theirs - now() - aheadMs) < SAME_MS) return false;
      aheadMs = theirs - now();
      return true;
    },
  };
}
