import { createPublicKey, randomUUID, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { UserActor } from '../domain/identity/actor.ts';
import { SettingsError } from './settings.ts';
import type { Settings } from './settings.ts';

/** What our own access tokens say: contracts/identity.md section 4.3. `permissions`, `su` and `email` inform only. */
export interface AccessClaims {
  readonly sub: string;
  readonly user_id: string;
  /** The organisation's uuid. */
  readonly tenant_id: string;
  /** Its slug. */
  readonly org: string;
  readonly su: boolean;
  readonly email: string;
  readonly permissions: readonly string[];
  readonly type: 'access';
  /** The account's `tokenVersion`; a token of an older one is refused. */
  readonly tv: number;
}

/** A published key, as in RFC 7517. */
export interface PublishedKey {
  readonly kid: string;
  readonly kty: string;
  readonly use: 'sig';
  readonly alg: 'RS256';
  readonly n: string;
  readonly e: string;
}

export interface AccessTokens {
  /** RS256, signed by the last key named in the settings. */
  sign(actor: UserActor, tokenVersion: number): string;
  /** Every key that may have signed a token which is still good, or will soon. */
  readonly published: readonly PublishedKey[];
  /** By key id. */
  readonly publicKeys: ReadonlyMap<string, KeyObject>;
}

/** Our own issuer. @throws {SettingsError} when no key is set */
export function accessTokens({ ownTokens }: Pick<Settings, 'ownTokens'>): AccessTokens {
  const { issuer, audience, keys, accessSeconds } = ownTokens;
  const [kid, key] = Object.entries(keys).at(-1) ?? [];
  if (kid === undefined || key === undefined) {
    throw new SettingsError(
      'TENON_JWT_KEYS must be set where the API runs: `npm run -s new-signing-key` prints a value for it.',
    );
  }
  const publicKeys = Object.entries(keys).map(([id, secret]) => [id, createPublicKey(secret)] as const);
  return {
    sign(actor, tokenVersion) {
      const claims: Omit<AccessClaims, 'sub'> = {
        user_id: actor.userId,
        tenant_id: actor.orgId,
        org: actor.orgSlug,
        su: actor.isSuperuser,
        email: actor.email,
        permissions: actor.permissions,
        type: 'access',
        tv: tokenVersion,
      };
      return jwt.sign(claims, key, {
        algorithm: 'RS256',
        keyid: kid,
        issuer,
        audience,
        subject: actor.userId,
        jwtid: randomUUID(),
        expiresIn: accessSeconds,
      });
    },
    published: publicKeys.map(([id, publicKey]) => {
      const { kty = '', n = '', e = '' } = publicKey.export({ format: 'jwk' });
      return { kid: id, kty, use: 'sig', alg: 'RS256', n, e };
    }),
    publicKeys: new Map(publicKeys),
  };
}
