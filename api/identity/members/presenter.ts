import Joi from 'joi';
import { platformStatuses, platformStatusOf, type PlatformStatus } from '../../../domain/identity/member.ts';
import type { Member } from '../../../services/identity/member-reads.ts';

/** contracts/identity.md section 3.4: what belongs to the person, what to the membership, and the roles. */
export interface PresentedMember {
  readonly user: {
    readonly id: string;
    readonly email: string;
    readonly full_name: string;
    readonly first_name: string | null;
    readonly last_name: string | null;
    readonly is_active: boolean;
    readonly is_superuser: boolean;
    readonly email_verified: boolean;
    readonly last_active_at: string | null;
    readonly created_at: string;
  };
  readonly membership: {
    /** The account's id: an account belongs to one organisation. */
    readonly id: string;
    readonly org_id: string;
    readonly user_id: string;
    readonly employee_id: string | null;
    readonly employment_start_date: string | null;
    readonly platform_status: PlatformStatus;
    readonly invitation_status: 'PENDING' | 'ACCEPTED';
    readonly must_change_password: boolean;
    readonly created_at: string;
  };
  readonly roles: { readonly id: string; readonly name: string; readonly is_system_role: boolean }[];
}

const words = Joi.string();
const maybe = Joi.string().allow(null);
const time = Joi.string().isoDate();

export const memberFields = {
  user: Joi.object<PresentedMember['user'], true>({
    id: words,
    email: words,
    full_name: words,
    first_name: maybe,
    last_name: maybe,
    is_active: Joi.boolean(),
    is_superuser: Joi.boolean(),
    email_verified: Joi.boolean(),
    last_active_at: time.allow(null),
    created_at: time,
  }),
  membership: Joi.object<PresentedMember['membership'], true>({
    id: words,
    org_id: words,
    user_id: words,
    employee_id: maybe,
    employment_start_date: maybe,
    platform_status: Joi.string().valid(...platformStatuses),
    invitation_status: Joi.string().valid('PENDING', 'ACCEPTED'),
    must_change_password: Joi.boolean(),
    created_at: time,
  }),
  roles: Joi.array().items(
    Joi.object<PresentedMember['roles'][number], true>({ id: words, name: words, is_system_role: Joi.boolean() }),
  ),
};

export const presentedMember = Joi.object<PresentedMember, true>(memberFields);

export function presentMember(member: Member): PresentedMember {
  const createdAt = member.createdAt.toISOString();
  return {
    user: {
      id: member.id,
      email: member.email,
      full_name: member.name,
      first_name: member.firstName,
      last_name: member.lastName,
      is_active: member.isActive,
      is_superuser: member.isSuperuser,
      email_verified: member.emailVerified,
      last_active_at: member.lastActiveAt?.toISOString() ?? null,
      created_at: createdAt,
    },
    membership: {
      id: member.id,
      org_id: member.orgId,
      user_id: member.id,
      employee_id: member.employeeId,
      employment_start_date: member.employmentStartDate,
      platform_status: platformStatusOf(member),
      invitation_status: member.acceptedAt === null ? 'PENDING' : 'ACCEPTED',
      must_change_password: member.mustChangePassword,
      created_at: createdAt,
    },
    roles: member.roles.map(({ id, name, isSystem }) => ({ id, name, is_system_role: isSystem })),
  };
}
