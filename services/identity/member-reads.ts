import { containing, rowsOf } from '../../core/database.ts';
import { AppError } from '../../core/errors.ts';
import { permit } from '../../core/permit.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { UserActor } from '../../domain/identity/actor.ts';
import type { PlatformStatus } from '../../domain/identity/member.ts';
import { permissionsOfRole } from '../../domain/identity/permissions.ts';
import { isOwnerRole, mayReadMembers, type MemberFacts } from '../../domain/identity/policies.ts';
import { lockAccount } from './auth-sessions.ts';
import { countedPage, type CountedPage } from '../counted-page.ts';
import type { NewestFirst } from '../newest-first.ts';

export interface MemberRole {
  readonly id: string;
  readonly name: string;
  readonly isSystem: boolean;
  readonly permissions: readonly string[];
}

/** An account of the organisation with its roles. */
export interface Member {
  readonly id: string;
  readonly orgId: string;
  readonly email: string;
  readonly name: string;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly employeeId: string | null;
  /** `YYYY-MM-DD`. */
  readonly employmentStartDate: string | null;
  readonly isActive: boolean;
  readonly isSuperuser: boolean;
  readonly emailVerified: boolean;
  readonly mustChangePassword: boolean;
  readonly acceptedAt: Date | null;
  readonly lastActiveAt: Date | null;
  readonly createdAt: Date;
  /** Sorted by name. */
  readonly roles: readonly MemberRole[];
}

export interface MemberFilter {
  /** Part of a name, an e-mail or an employee id, in any case. */
  readonly search?: string;
  readonly status?: PlatformStatus;
  /** The name of a role. */
  readonly role?: string;
  readonly roleId?: string;
}

const COLUMNS = `
  u.id, u.org_id as "orgId", u.email, u.name, u.first_name as "firstName", u.last_name as "lastName",
  u.employee_id as "employeeId", u.employment_start_date::text as "employmentStartDate", u.is_active as "isActive",
  u.is_superuser as "isSuperuser", u.email_verified_at is not null as "emailVerified",
  u.must_change_password as "mustChangePassword", u.accepted_at as "acceptedAt", u.last_active_at as "lastActiveAt",
  u.created_at as "createdAt",
  (select coalesce(json_agg(json_build_object('id', r.id, 'name', r.name, 'isSystem', r.is_system,
      'permissions', r.permissions) order by r.name), '[]')
    from user_roles ur join roles r on r.org_id = ur.org_id and r.id = ur.role_id
    where ur.org_id = u.org_id and ur.user_id = u.id) as roles`;

const FITS = `
  from users u
  where u.org_id = $1
    and ($2::text is null or u.name ilike $2 or u.first_name ilike $2 or u.last_name ilike $2
      or u.email ilike $2 or u.employee_id ilike $2)
    and ($3::text is null or $3 = case when not u.is_active then 'SUSPENDED' when u.accepted_at is null then 'INVITED' else 'ACTIVE' end)
    and ($4::text is null or exists (select from user_roles ur join roles r on r.org_id = ur.org_id and r.id = ur.role_id
      where ur.org_id = u.org_id and ur.user_id = u.id and r.name = $4))
    and ($5::uuid is null or exists (select from user_roles ur
      where ur.org_id = u.org_id and ur.user_id = u.id and ur.role_id = $5))`;

/** Accounts of the caller's organisation, newest first, and how many fit the filter on all pages. */
export async function listMembers(
  { actor, db }: UnitOfWork<UserActor>,
  { search, status, role, roleId }: MemberFilter,
  { limit, offset, after }: NewestFirst,
): Promise<CountedPage<Member>> {
  permit(mayReadMembers(actor));
  const pattern = search === undefined ? null : containing(search);
  return countedPage<Member>(db, {
    columns: COLUMNS,
    fits: FITS,
    beyond: 'and ($6::timestamptz is null or (u.created_at, u.id) < ($6, $7::uuid))',
    order: 'u.created_at desc, u.id desc',
    bind: [
      actor.orgId,
      pattern,
      ...[status, role, roleId, ...(after ?? [undefined, undefined])].map((one) => one ?? null),
    ],
    limit,
    offset,
  });
}

/** @throws {AppError} FORBIDDEN, USER_NOT_FOUND */
export async function readMember(uow: UnitOfWork<UserActor>, userId: string): Promise<Member> {
  permit(mayReadMembers(uow.actor));
  return findMember(uow, userId);
}

/** An account of the unit's organisation; who may see it is the caller's question. @throws {AppError} USER_NOT_FOUND */
export async function findMember({ actor, db }: UnitOfWork, userId: string): Promise<Member> {
  const [member] = await rowsOf<Member>(db, `select ${COLUMNS} from users u where u.org_id = $1 and u.id = $2`, [
    actor.orgId,
    userId,
  ]);
  if (!member) throw new AppError('USER_NOT_FOUND');
  return member;
}

/** The same, until the unit of work ends nobody else's to change. @throws {AppError} USER_NOT_FOUND */
export async function lockMember(uow: UnitOfWork, userId: string): Promise<Member> {
  await lockAccount(uow, userId);
  return findMember(uow, userId);
}

/** What policies need to know of an account. */
export function factsOfMember({ id, isSuperuser, roles }: Member): MemberFacts {
  return {
    userId: id,
    isSuperuser,
    isOwner: roles.some(isOwnerRole),
    permissions: roles.flatMap(permissionsOfRole),
  };
}
