import type { UserActor } from './actor.ts';
import { allPermissions, type Permission } from './permissions.ts';

/** What names its maker in the organisation's own rows; a superuser from elsewhere has no account there to name. */
const NEEDS_ACCOUNT: readonly Permission[] = ['simulations.create', 'candidates.invite', 'api_keys.manage'];

/** A superuser at work in an organisation that is not theirs: everything but what needs an account in it. */
export function crossTo(actor: UserActor, { id, slug }: { readonly id: string; readonly slug: string }): UserActor {
  return {
    ...actor,
    orgId: id,
    orgSlug: slug,
    homeOrgId: actor.orgId,
    roles: [],
    permissions: allPermissions.filter((name) => !NEEDS_ACCOUNT.includes(name)),
  };
}
