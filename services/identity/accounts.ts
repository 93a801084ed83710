import { rowsOf } from '../../core/database.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { UserActor } from '../../domain/identity/actor.ts';
import type { TokenIdentity } from '../../domain/identity/claims.ts';
import { permissionCatalogue, type Permission } from '../../domain/identity/permissions.ts';

/** Where an account is; found before the tenant is known. */
export interface AccountPlace {
  readonly id: string;
  readonly orgId: string;
  /** Whether some identity has signed in to it already. */
  readonly bound: boolean;
}

export interface Account {
  readonly actor: UserActor;
  readonly isActive: boolean;
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

/** Accounts with this e-mail (lower case), in every organisation. */
export async function lookUpByEmail({ db }: UnitOfWork, email: string): Promise<AccountPlace[]> {
  const rows = await rowsOf<{ id: string; org_id: string; bound: boolean }>(
    db,
    'select id, org_id, bound from lookup_users_by_email($1) order by org_id',
    [email],
  );
  return rows.map((row) => ({ id: row.id, orgId: row.org_id, bound: row.bound }));
}

/** An account of the current organisation with what its roles allow, in one query. */
export async function loadAccount({ db, actor }: UnitOfWork, userId: string): Promise<Account | undefined> {
  const { orgId } = actor;
  if (orgId === null) throw new Error('an account is loaded inside its organisation');
  const [row] = await rowsOf<{
    number: string;
    email: string;
    name: string;
    is_active: boolean;
    permissions: string[];
  }>(
    db,
    `select u.number, u.email, u.name, u.is_active,
       array(select distinct p from user_roles ur join roles r on r.org_id = ur.org_id and r.id = ur.role_id,
             unnest(r.permissions) p where ur.org_id = u.org_id and ur.user_id = u.id order by p) as permissions
     from users u where u.org_id = $1 and u.id = $2`,
    [orgId, userId],
  );
  if (!row) return undefined;
  return {
    isActive: row.is_active,
    actor: {
      kind: 'user',
      orgId,
      userId,
      userNumber: Number(row.number),
      email: row.email,
      name: row.name,
      permissions: row.permissions.filter(isPermission),
    },
  };
}

/** The current organisation's names, for people who must choose one. */
export async function loadOrganization(
  { db, actor }: UnitOfWork,
  orgId: string,
): Promise<{ readonly id: string; readonly slug: string; readonly name: string } | undefined> {
  const [row] = await rowsOf<{ id: string; slug: string; name: string }>(
    db,
    'select id, slug, name from organizations where id = $1 and id = $2',
    [actor.orgId, orgId],
  );
  return row;
}

/** Names of the roles of a user of the current organisation, sorted. */
export async function roleNames({ db, actor }: UnitOfWork, userId: string): Promise<string[]> {
  const rows = await rowsOf<{ name: string }>(
    db,
    `select r.name from user_roles ur join roles r on r.org_id = ur.org_id and r.id = ur.role_id
     where ur.org_id = $1 and ur.user_id = $2 order by r.name`,
    [actor.orgId, userId],
  );
  return rows.map((row) => row.name);
}

/**
 * Binds an account of the current organisation to the identity that has signed in, once and for good.
 * @returns false when another identity was faster; nothing is changed then
 */
export async function bindAccount(uow: UnitOfWork, userId: string, identity: TokenIdentity): Promise<boolean> {
  const rows = await rowsOf<{ id: string }>(
    uow.db,
    `update users set issuer = $3, subject = $4, updated_at = now()
     where org_id = $1 and id = $2 and subject is null returning id`,
    [uow.actor.orgId, userId, identity.issuer, identity.subject],
  );
  if (rows.length === 0) return false;
  uow.audit({
    action: 'user.identity_bound',
    resource: { type: 'user', id: userId },
    after: { issuer: identity.issuer, subject: identity.subject, email: identity.email },
  });
  return true;
}

/** Makes first sign-ins with one e-mail wait for each other until the unit of work ends. */
export async function lockFirstSignIn({ db }: UnitOfWork, email: string): Promise<void> {
  await rowsOf(db, `select pg_advisory_xact_lock(hashtextextended('first-sign-in:' || $1, 0))`, [email]);
}

function isPermission(name: string): name is Permission {
  return Object.hasOwn(permissionCatalogue, name);
}
