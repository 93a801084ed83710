import Joi from 'joi';
import type { UserActor } from '../../../domain/identity/actor.ts';
import type { Account } from '../../../services/identity/accounts.ts';

/** What clients of the hiring API read. */
export interface Me {
  /** The account's number: those clients know integers. */
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly role: string;
}

export const presentedMe = Joi.object<Me, true>({
  id: Joi.number().integer(),
  name: Joi.string(),
  email: Joi.string(),
  role: Joi.string().description('`recruiter` for whoever may create simulations, else the name of a role'),
});

export function presentMe(actor: UserActor): Me {
  const { userNumber, name, email } = actor;
  return { id: userNumber, name, email, role: roleOf(actor) };
}

/** The union of what the clients of the other systems read: contracts/identity.md section 4.1. */
export interface OwnAccount {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  /** The organisation's uuid. */
  readonly tenant_id: string;
  /** Its slug. */
  readonly org_id: string;
  readonly role: string;
  readonly roles: string[];
  readonly permissions: string[];
  readonly is_active: boolean;
  readonly is_superuser: boolean;
  readonly email_verified: boolean;
  readonly must_change_password: boolean;
  readonly last_active_at: string | null;
  readonly created_at: string;
}

export const ownAccountReply = Joi.object<OwnAccount, true>({
  id: Joi.string().guid(),
  email: Joi.string(),
  name: Joi.string(),
  tenant_id: Joi.string().guid(),
  org_id: Joi.string(),
  role: Joi.string(),
  roles: Joi.array().items(Joi.string()),
  permissions: Joi.array().items(Joi.string()),
  is_active: Joi.boolean(),
  is_superuser: Joi.boolean(),
  email_verified: Joi.boolean(),
  must_change_password: Joi.boolean(),
  last_active_at: Joi.string().isoDate().allow(null),
  created_at: Joi.string().isoDate(),
});

export function presentOwnAccount(account: Account): OwnAccount {
  const { actor } = account;
  return {
    id: actor.userId,
    email: actor.email,
    name: actor.name,
    tenant_id: actor.orgId,
    org_id: actor.orgSlug,
    role: roleOf(actor),
    roles: [...actor.roles],
    permissions: [...actor.permissions],
    is_active: account.isActive,
    is_superuser: actor.isSuperuser,
    email_verified: account.emailVerified,
    must_change_password: account.mustChangePassword,
    last_active_at: account.lastActiveAt?.toISOString() ?? null,
    created_at: account.createdAt.toISOString(),
  };
}

/** The described system knows one role of people with an account, `recruiter`; its clients compare with that word. */
function roleOf({ permissions, roles }: UserActor): string {
  return permissions.includes('simulations.create') ? 'recruiter' : (roles[0] ?? 'none');
}
