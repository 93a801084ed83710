import { createPrivateKey, type KeyObject } from 'node:crypto';
import { rateLimitClasses, type RateLimitClass, type RateLimits } from '../rate-limit-classes.ts';
import { SettingsError } from './settings-error.ts';

/** A JSON array, or values with commas. */
export function readList(name: string, text: string): string[] {
  const trimmed = text.trim();
  const parsed = trimmed.startsWith('[') ? parseJson(trimmed) : trimmed.split(',');
  if (!Array.isArray(parsed)) throw new SettingsError(`${name} must be a list: a JSON array, or values with commas.`);
  return parsed.map((one) => String(one).trim()).filter(Boolean);
}

/** A regular expression that must fit the whole of a text. */
export function readPattern(name: string, text: string | undefined): RegExp | undefined {
  if (text === undefined) return undefined;
  try {
    return new RegExp(`^(?:${text})$`);
  } catch {
    throw new SettingsError(`${name} must be a regular expression, e.g. https://[a-z0-9-]+\\.example\\.com.`);
  }
}

export function readLinkKeys(text: string): Record<string, Buffer> {
  const sentence = 'TENON_LINK_KEYS must be a JSON object from key id to 32 random bytes in base64, e.g. {"k1":"…"}.';
  const keys = entriesOf(text, sentence).map(([id, key]) => [id, Buffer.from(key, 'base64')] as const);
  if (keys.some(([, key]) => key.length < 32)) throw new SettingsError(sentence);
  refuseNumbers('TENON_LINK_KEYS', keys);
  return Object.fromEntries(keys);
}

/** Private keys by key id; empty when the setting is not given. */
export function readSigningKeys(text: string | undefined): Record<string, KeyObject> {
  if (text === undefined) return {};
  const sentence =
    'TENON_JWT_KEYS must be a JSON object from key id to an RSA private key of at least 2048 bits in PEM; `npm run -s new-signing-key` makes one.';
  const keys = entriesOf(text, sentence).map(([id, pem]) => [id, rsaKey(pem, sentence)] as const);
  refuseNumbers('TENON_JWT_KEYS', keys);
  return Object.fromEntries(keys);
}

/** JavaScript puts such keys of an object first, whatever their order was: the last one named would not be the last. */
function refuseNumbers(name: string, keys: readonly (readonly [id: string, key: unknown])[]): void {
  if (keys.some(([id]) => /^\d+$/.test(id)))
    throw new SettingsError(`${name}: a key id must not be a number, e.g. k20261125 instead of 20261125.`);
}

function rsaKey(pem: string, sentence: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw new SettingsError(sentence);
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType !== 'rsa' || bits < 2048) throw new SettingsError(sentence);
  return key;
}

/** `on`, `off`, or a JSON object that changes classes: `{"sign_in":"30/60"}` is thirty a minute. */
export function readRateLimits(text: string): RateLimits | undefined {
  if (text === 'off') return undefined;
  if (text === 'on') return rateLimitClasses;
  const names = Object.keys(rateLimitClasses).join(', ');
  const sentence = `TENON_RATE_LIMITS must be on, off, or a JSON object from a class (${names}) to requests/seconds, e.g. {"sign_in":"30/60"}.`;
  const changed = entriesOf(text, sentence).map(([name, value]) => {
    const [, points, seconds] = /^(\d{1,6})\/(\d{1,5})$/.exec(value) ?? [];
    const limit = { points: Number(points), seconds: Number(seconds) };
    if (!Object.hasOwn(rateLimitClasses, name) || !(limit.points > 0 && limit.seconds > 0))
      throw new SettingsError(sentence);
    return [name as RateLimitClass, limit] as const;
  });
  return { ...rateLimitClasses, ...Object.fromEntries(changed) };
}

/** At least one entry, each with a name and a text. */
function entriesOf(text: string, sentence: string): [string, string][] {
  const parsed = parseJson(text);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new SettingsError(sentence);
  const entries = Object.entries(parsed).map(([id, value]): [string, string] => [id, String(value)]);
  if (entries.length === 0) throw new SettingsError(sentence);
  return entries;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** As Svix writes them: `whsec_` and base64. */
export function readWebhookKey(secret: string | undefined): Buffer | undefined {
  return secret === undefined ? undefined : Buffer.from(secret.slice('whsec_'.length), 'base64');
}
