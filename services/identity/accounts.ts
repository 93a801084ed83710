import { rowsOf } from '../../core/database.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { UserActor } from '../../domain/identity/actor.ts';
import { allPermissions, permissionsOfRole } from '../../domain/identity/permissions.ts';

export interface Account {
  readonly actor: UserActor;
  readonly isActive: boolean;
  readonly mustChangePassword: boolean;
  readonly emailVerified: boolean;
  /** Access tokens of another version are refused. */
  readonly tokenVersion: number;
  readonly createdAt: Date;
  readonly lastActiveAt: Date | null;
}

interface AccountRow {
  readonly number: string;
  readonly email: string;
  readonly name: string;
  readonly is_active: boolean;
  readonly is_superuser: boolean;
  readonly must_change_password: boolean;
  readonly email_verified: boolean;
  readonly token_version: number;
  readonly created_at: Date;
  readonly last_active_at: Date | null;
  readonly slug: string;
  readonly roles: readonly { readonly name: string; readonly isSystem: boolean; readonly permissions: string[] }[];
}

/** An account of the current organisation with what its roles allow, in one query. */
export async function loadAccount({ db, actor }: UnitOfWork, userId: string): Promise<Account | undefined> {
  const { orgId } = actor;
  if (orgId === null) throw new Error('an account is loaded inside its organisation');
  const [row] = await rowsOf<AccountRow>(
    db,
    `select u.number, u.email, u.name, u.is_active, u.is_superuser, u.must_change_password,
       u.email_verified_at is not null as email_verified, u.token_version, u.created_at, u.last_active_at, o.slug,
       (select coalesce(json_agg(json_build_object('name', r.name, 'isSystem', r.is_system, 'permissions', r.permissions)
          order by r.name), '[]')
        from user_roles ur join roles r on r.org_id = ur.org_id and r.id = ur.role_id
        where ur.org_id = u.org_id and ur.user_id = u.id) as roles
     from users u join organizations o on o.id = u.org_id where u.org_id = $1 and u.id = $2`,
    [orgId, userId],
  );
  if (!row) return undefined;
  return {
    isActive: row.is_active,
    mustChangePassword: row.must_change_password,
    emailVerified: row.email_verified,
    tokenVersion: row.token_version,
    createdAt: row.created_at,
    lastActiveAt: row.last_active_at,
    actor: {
      kind: 'user',
      orgId,
      orgSlug: row.slug,
      userId,
      userNumber: Number(row.number),
      email: row.email,
      name: row.name,
      roles: row.roles.map(({ name }) => name),
      permissions: row.is_superuser ? allPermissions : [...new Set(row.roles.flatMap(permissionsOfRole))].sort(),
      isSuperuser: row.is_superuser,
    },
  };
}

export interface OrganizationNames {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
}

/** The current organisation's names, for people who must choose one. */
export async function loadOrganization(
  { db, actor }: UnitOfWork,
  orgId: string,
): Promise<OrganizationNames | undefined> {
  const [row] = await rowsOf<OrganizationNames>(
    db,
    'select id, slug, name from organizations where id = $1 and id = $2',
    [actor.orgId, orgId],
  );
  return row;
}

/** Makes registrations and first sign-ins with one e-mail wait for each other until the unit of work ends. */
export async function lockFirstSignIn({ db }: UnitOfWork, email: string): Promise<void> {
  await rowsOf(db, `select pg_advisory_xact_lock(hashtextextended('first-sign-in:' || $1, 0))`, [email]);
}
