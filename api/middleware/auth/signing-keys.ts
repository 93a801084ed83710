import { createPublicKey, type KeyObject } from 'node:crypto';
import jwksRsa from 'jwks-rsa';
import { AppError } from '../../../core/errors.ts';

const TIMEOUT_MS = 5_000;
const MAX_AGE_MS = 3_600_000;
/**
 * How soon an unknown `kid` may cause another fetch. A fetch brings every key, so somebody who sends random kids can only
 * make us fetch this often; he cannot use up a budget that a real rotation needs, because there is none.
 */
const REFETCH_AFTER_MS = 2_000;

/** Gives the public key of a `kid`, parsed once: as text it would be parsed at each request. */
export interface SigningKeys {
  /** @throws {AppError} TOKEN_KEY_UNKNOWN, or AUTH_PROVIDER_UNAVAILABLE when the keys cannot be had */
  find(kid: string): Promise<KeyObject>;
}

/** The published keys of one issuer, cached for an hour; `now` gives monotonic milliseconds. */
export function signingKeys(jwksUri: string, now: () => number = () => performance.now()): SigningKeys {
  const client = jwksRsa({ jwksUri, cache: false, rateLimit: false, timeout: TIMEOUT_MS });
  let known: { readonly keys: ReadonlyMap<string, KeyObject>; readonly fetchedAt: number } | undefined;
  let fetching: Promise<ReadonlyMap<string, KeyObject>> | undefined;

  async function fetchAll(): Promise<ReadonlyMap<string, KeyObject>> {
    try {
      const all = await client.getSigningKeys();
      const keys = new Map(all.map((key) => [key.kid, createPublicKey(key.getPublicKey())]));
      known = { keys, fetchedAt: now() };
      return keys;
    } catch (cause) {
      throw new AppError('AUTH_PROVIDER_UNAVAILABLE', undefined, { cause });
    } finally {
      fetching = undefined;
    }
  }

  return {
    async find(kid) {
      const ageMs = known ? now() - known.fetchedAt : Infinity;
      const cached = ageMs < MAX_AGE_MS ? known?.keys.get(kid) : undefined;
      if (cached) return cached;
      if (ageMs < REFETCH_AFTER_MS) throw new AppError('TOKEN_KEY_UNKNOWN');
      const keys = await (fetching ??= fetchAll()); // one fetch at a time, whoever asks
      const key = keys.get(kid);
      if (!key) throw new AppError('TOKEN_KEY_UNKNOWN');
      return key;
    },
  };
}

/** Keys that are at hand, as our own are: by `kid`. */
export function fixedKeys(keys: ReadonlyMap<string, KeyObject>): SigningKeys {
  return {
    find(kid) {
      const key = keys.get(kid);
      return key === undefined ? Promise.reject(new AppError('TOKEN_KEY_UNKNOWN')) : Promise.resolve(key);
    },
  };
}
