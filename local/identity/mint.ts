import { apiAudience, claimsOf } from './claims.ts';
import { issuerWithKey } from './key.ts';
import { personOf, type Role } from './people.ts';

export interface TokenRequest {
  readonly keyFile: string;
  readonly issuer: string;
  readonly email: string;
  readonly role: Role;
  /** Laid over the usual claims; `null` removes one, also `exp`, `iss` and the like. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly sub?: string;
  readonly audience?: string;
  /** Ended a minute ago. */
  readonly expired?: boolean;
}

/** A signed access token, made without the server from the kept key. Lives one hour. */
export async function mintToken(request: TokenRequest): Promise<string> {
  const issuer = await issuerWithKey(request.keyFile, request.issuer);
  const claims = {
    ...claimsOf(personOf(request.email, request.role)),
    aud: request.audience ?? apiAudience,
    ...(request.sub !== undefined && { sub: request.sub }),
    ...request.claims,
  };
  return issuer.buildToken({
    expiresIn: request.expired === true ? -60 : 3600,
    scopesOrTransform: (_header, payload) => {
      Object.assign(payload, claims);
      for (const name of Object.keys(payload)) if (payload[name] === null) delete payload[name];
    },
  });
}
