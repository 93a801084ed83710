import { localPart } from './email.ts';

/** Longer ones are refused before any work is done for them; long enough for every password manager. */
export const LONGEST_PASSWORD = 256;
const STRICT_LENGTH = 12;

export interface PasswordRules {
  /** In characters, as people count them. */
  readonly minLength: number;
  /** Also wants twelve characters of four kinds: contracts/identity.md section 4.4. */
  readonly strict: boolean;
  /** The address of the account, which is no secret. */
  readonly email: string;
  /** Whether a lower-case password is among those that everybody tries first. */
  readonly isCommon: (password: string) => boolean;
}

/** What is wrong with a new password, as a sentence for who chose it; undefined when it is good. */
export function passwordFault(
  password: string,
  { minLength, strict, email, isCommon }: PasswordRules,
): string | undefined {
  const length = Array.from(password).length;
  const shortest = strict ? Math.max(minLength, STRICT_LENGTH) : minLength;
  if (length < shortest) return `The password must have at least ${shortest} characters`;
  if (length > LONGEST_PASSWORD) return `The password must have at most ${LONGEST_PASSWORD} characters`;
  if (strict && !KINDS.every((kind) => kind.test(password)))
    return 'The password must have a lower-case letter, an upper-case letter, a digit and a special character';
  const plain = password.toLowerCase();
  if (isCommon(plain)) return 'This password is one of the most common ones: choose another';
  if (plain === email || plain === localPart(email)) return 'The password must not be your e-mail address';
  return undefined;
}

const KINDS = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{L}\p{N}]/u];
