/** Whom one of our own access tokens is for. */
export interface OwnIdentity {
  readonly userId: string;
  readonly orgId: string;
  readonly tokenVersion: number;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Reads the verified claims of a token that we have signed; undefined for one of another type than `access`. */
export function readOwnClaims(claims: Readonly<Record<string, unknown>>): OwnIdentity | undefined {
  const { sub, tenant_id: orgId, tv: tokenVersion, type } = claims;
  if (type !== 'access' || !isUuid(sub) || !isUuid(orgId) || typeof tokenVersion !== 'number') return undefined;
  return { userId: sub, orgId, tokenVersion };
}

function isUuid(value: unknown): value is string {
  return typeof value === 'string' && UUID.test(value);
}
