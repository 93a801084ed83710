import { isUuid } from './slug.ts';

/** Whom one of our own access tokens is for. */
export interface OwnIdentity {
  readonly userId: string;
  readonly orgId: string;
  readonly tokenVersion: number;
}

/** Reads the verified claims of a token that we have signed; undefined for one of another type than `access`. */
export function readOwnClaims(claims: Readonly<Record<string, unknown>>): OwnIdentity | undefined {
  const { sub, tenant_id: orgId, tv: tokenVersion, type } = claims;
  if (type !== 'access' || !isId(sub) || !isId(orgId) || typeof tokenVersion !== 'number') return undefined;
  return { userId: sub, orgId, tokenVersion };
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && isUuid(value);
}
