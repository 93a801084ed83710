import type { AccessTokens } from '../../../core/access-tokens.ts';
import type { Settings } from '../../../core/settings.ts';
import { fixedKeys, signingKeys } from './signing-keys.ts';
import { tokenVerifier, type TokenVerifier } from './verifier.ts';

/** The outside provider and ourselves, each with its own audience and keys. */
export function trustedTokens(
  { auth, ownTokens }: Pick<Settings, 'auth' | 'ownTokens'>,
  { publicKeys }: AccessTokens,
): TokenVerifier {
  const { issuer, audience } = ownTokens;
  return tokenVerifier([
    { issuer: auth.issuer, audience: auth.audience, algorithms: auth.algorithms, keys: signingKeys(auth.jwksUrl) },
    { issuer, audience, algorithms: ['RS256'], keys: fixedKeys(publicKeys) },
  ]);
}
