import { hash, verify } from '@node-rs/argon2';
import { dictionary } from '@zxcvbn-ts/language-common';
import pLimit from 'p-limit';
import { AppError } from './errors.ts';

/** OWASP's first choice for Argon2id: 19 MiB, two passes, one lane. It takes about 20 ms on a thread of its own. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
/** Half of libuv's threads: file and DNS work must not wait behind passwords. */
const AT_ONCE = 2;
/** About two seconds of work; who comes later is better told than kept waiting. */
const MOST_WAITING = 200;

/** Argon2id, off the event loop and only so many at a time. */
export interface PasswordHasher {
  /** A PHC string with its own salt. @throws {AppError} SIGN_IN_BUSY when too many wait */
  hash(password: string): Promise<string>;
  /** Always does the work of one check, also where there is no hash: time tells nobody which accounts exist. */
  matches(password: string, hashed: string | null): Promise<boolean>;
}

export function passwordHasher(): PasswordHasher {
  const limit = pLimit(AT_ONCE);
  let dummy: Promise<string> | undefined;

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (limit.pendingCount >= MOST_WAITING) throw new AppError('SIGN_IN_BUSY', undefined, { retryAfterSeconds: 2 });
    return limit(work);
  }

  return {
    hash: async (password) => inTurn(() => hash(asTyped(password), COST)),
    async matches(password, hashed) {
      dummy ??= hash('nobody has this password', COST);
      const against = hashed ?? (await dummy);
      const fits = await inTurn(() => verify(against, asTyped(password)));
      return fits && hashed !== null;
    },
  };
}

/** Keyboards differ in how they compose accents; the password is the same (RFC 8265, OpaqueString). */
function asTyped(password: string): string {
  return password.normalize('NFC');
}

const common = new Set(dictionary['passwords-common'] as readonly string[]);

/** Whether a lower-case password is among the tens of thousands that people use most. */
export function isCommonPassword(password: string): boolean {
  return common.has(password);
}
