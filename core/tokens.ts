import { createHash, createHmac, randomBytes } from 'node:crypto';

/** SHA-256 of a secret: how full-entropy secrets are stored (a slow hash adds nothing to 256 random bits). */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** 32 random bytes, base64url: 43 characters. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

export interface LinkFacts {
  readonly keyId: string;
  /** What the link opens, e.g. `invite`. */
  readonly kind: string;
  readonly id: string;
  readonly generation: number;
}

/** A link's token, derived so that it can be shown again without being stored: 32 bytes, base64url. */
export function linkToken(keys: Readonly<Record<string, Buffer>>, { keyId, kind, id, generation }: LinkFacts): string {
  const key = keys[keyId];
  if (!key)
    throw new Error(`link key "${keyId}" is not in TENON_LINK_KEYS: keep old keys until their last link has ended`);
  return createHmac('sha256', key)
    .update(JSON.stringify([kind, id, generation]))
    .digest('base64url');
}

/** The key that signs new links: the last one named. */
export function currentLinkKeyId(keys: Readonly<Record<string, Buffer>>): string {
  const id = Object.keys(keys).at(-1);
  if (id === undefined) throw new Error('no link key');
  return id;
}
