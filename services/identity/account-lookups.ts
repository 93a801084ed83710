import { rowsOf } from '../../core/database.ts';
import { hashSecret } from '../../core/tokens.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { TokenIdentity } from '../../domain/identity/claims.ts';

/** Where an account is; found before the tenant is known. */
export interface AccountPlace {
  readonly id: string;
  readonly orgId: string;
  /** Whether some outside identity has signed in to it already. */
  readonly bound: boolean;
}

/** Where a thing is that somebody holds the secret of. */
export interface SecretPlace {
  readonly id: string;
  readonly orgId: string;
}

/** Accounts that this identity is bound to, in every organisation. */
export async function lookUpByIdentity(
  { db }: UnitOfWork,
  { issuer, subject }: Pick<TokenIdentity, 'issuer' | 'subject'>,
): Promise<AccountPlace[]> {
  const rows = await rowsOf<{ id: string; org_id: string }>(
    db,
    'select id, org_id from lookup_users_by_identity($1, $2) order by org_id',
    [issuer, subject],
  );
  return rows.map((row) => ({ id: row.id, orgId: row.org_id, bound: true }));
}

/** Accounts with this e-mail (as `normalEmail` writes it), in every organisation. */
export function lookUpByEmail(uow: UnitOfWork, email: string): Promise<AccountPlace[]> {
  return places(uow, 'lookup_users_by_email', email);
}

/** The same, without those whose e-mail was only typed by who registered them: nobody's identity is bound to such a one. */
export function lookUpToBind(uow: UnitOfWork, email: string): Promise<AccountPlace[]> {
  return places(uow, 'lookup_users_to_bind', email);
}

async function places(
  { db }: UnitOfWork,
  lookup: 'lookup_users_by_email' | 'lookup_users_to_bind',
  email: string,
): Promise<AccountPlace[]> {
  const rows = await rowsOf<{ id: string; org_id: string; bound: boolean }>(
    db,
    `select id, org_id, bound from ${lookup}($1) order by org_id`,
    [email],
  );
  return rows.map((row) => ({ id: row.id, orgId: row.org_id, bound: row.bound }));
}

/** An account that may have a password, or may get one over its invitation. */
export interface PasswordPlace {
  readonly id: string;
  readonly orgId: string;
  readonly hasPassword: boolean;
  /** Whether the person has used the account and proven the address; else it may be a stranger who knows the address. */
  readonly isProven: boolean;
}

/** Such accounts with this e-mail, in every organisation: active, proven and old ones first. */
export async function lookUpByPassword({ db }: UnitOfWork, email: string): Promise<PasswordPlace[]> {
  return rowsOf<PasswordPlace>(
    db,
    'select id, org_id as "orgId", has_password as "hasPassword", proven as "isProven" from lookup_users_by_password($1)',
    [email],
  );
}

/** The id of the organisation with this slug or uuid, both in lower case. */
export async function lookUpOrganization({ db }: UnitOfWork, slugOrId: string): Promise<string | undefined> {
  const [row] = await rowsOf<{ id: string }>(db, 'select id from lookup_organization($1)', [slugOrId]);
  return row?.id;
}

export async function isOrganizationNameTaken({ db }: UnitOfWork, name: string): Promise<boolean> {
  return (await rowsOf(db, 'select id from lookup_organization_by_name($1)', [name])).length > 0;
}

/** Whose a secret is, by its hash; undefined for one that nobody holds. */
export async function lookUpSecret(
  { db }: UnitOfWork,
  kind: 'refresh_token' | 'api_key' | 'account_link',
  secret: string,
): Promise<SecretPlace | undefined> {
  const [row] = await rowsOf<{ id: string; org_id: string }>(db, `select id, org_id from lookup_${kind}($1)`, [
    hashSecret(secret),
  ]);
  return row && { id: row.id, orgId: row.org_id };
}
