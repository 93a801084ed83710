import { localPart, normalEmail } from './email.ts';
import { shortName } from './short-name.ts';

/** Which claims carry what; the names are settings. */
export interface ClaimRules {
  /** Without a trailing slash, e.g. `https://tenon.ai`. */
  readonly claimNamespace: string;
  readonly emailClaim: string;
  readonly rolesClaim: string;
  readonly permissionsClaim: string;
}

/** What a verified token says about its bearer. */
export interface TokenIdentity {
  readonly issuer: string;
  readonly subject: string;
  /** As `normalEmail` writes it. */
  readonly email: string;
  /** `undefined` when the token does not say. */
  readonly emailVerified: boolean | undefined;
  readonly name: string;
  /** As the token names them; a door only, what an account may do is decided by its roles. */
  readonly permissions: readonly string[];
}

type Claims = Readonly<Record<string, unknown>>;

const LONGEST_NAME = 200;
const LONGEST_SUBJECT = 255;

/** Reads a verified token's claims; `undefined` when issuer, subject or e-mail are missing or unusable. */
export function readClaims(claims: Claims, rules: ClaimRules): TokenIdentity | undefined {
  const issuer = usable(claims['iss'], LONGEST_SUBJECT);
  const subject = usable(claims['sub'], LONGEST_SUBJECT);
  const written = emailOf(claims, rules);
  const email = isText(written) ? normalEmail(written) : undefined;
  if (!issuer || !subject || !email) return undefined;
  return {
    issuer,
    subject,
    email,
    emailVerified: flag(claims['email_verified'] ?? claims[`${rules.claimNamespace}/email_verified`]),
    name: nameOf(claims, rules) ?? shortName(localPart(email), LONGEST_NAME),
    permissions: permissionsOf(claims, rules),
  };
}

function emailOf(claims: Claims, { emailClaim }: ClaimRules): unknown {
  const last = Object.keys(claims).find((key) => key.endsWith('/email') && isText(claims[key]));
  return [claims[emailClaim], claims['email'], last && claims[last]].find(isText);
}

function nameOf(claims: Claims, { claimNamespace }: ClaimRules): string | undefined {
  const found = [claims['name'], claims[`${claimNamespace}/name`]].find(isText);
  return found === undefined ? undefined : shortName(found, LONGEST_NAME) || undefined;
}

function permissionsOf(claims: Claims, rules: ClaimRules): readonly string[] {
  const listed = [claims['permissions'], claims[rules.permissionsClaim]].find((value) => Array.isArray(value));
  if (Array.isArray(listed)) return listed.filter((one) => typeof one === 'string');
  const joined = claims[`${rules.permissionsClaim}_str`] ?? claims[`${rules.claimNamespace}/permissions_str`];
  if (isText(joined)) return joined.split(/[\s,]+/).filter(Boolean);
  return permissionsOfRoles(claims[rules.rolesClaim] ?? claims['roles']);
}

function permissionsOfRoles(value: unknown): readonly string[] {
  const roles: readonly unknown[] = Array.isArray(value) ? value : isText(value) ? value.split(/[\s,]+/) : [];
  const has = (word: string): boolean =>
    roles.some((role) => typeof role === 'string' && role.toLowerCase().includes(word));
  return (['recruiter', 'candidate'] as const).filter(has).map((word) => `${word}:access`);
}

function flag(value: unknown): boolean | undefined {
  if (value === true || value === 'true') return true;
  return value === undefined || value === null ? undefined : false;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

/** Text that the database can keep and an index can hold. */
function usable(value: unknown, longest: number): string | undefined {
  if (!isText(value)) return undefined;
  const trimmed = value.trim();
  return trimmed.length <= longest && !trimmed.includes('\0') ? trimmed : undefined;
}
