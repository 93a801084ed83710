import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { UserActor } from '../../domain/identity/actor.ts';
import { mailAccountLink, type AccountLinkSettings } from './account-links.ts';
import { createUser } from './new-members.ts';
import { createOrganization, type CreatedOrganization, type NewOrganization } from './organizations.ts';

/** An organisation with an invited owner. @throws {AppError} ORG_NAME_TAKEN, ORG_SLUG_TAKEN */
export async function foundOrganization(
  uow: UnitOfWork<UserActor>,
  { owner, ...organization }: NewOrganization & { readonly owner: { readonly email: string; readonly name: string } },
  links: AccountLinkSettings,
): Promise<CreatedOrganization> {
  const created = await createOrganization(uow, organization);
  const user = await createUser(uow, { ...owner, roles: ['owner'] });
  await mailAccountLink(uow, { userId: user.id, email: user.email, kind: 'accept_invitation' }, links);
  return created;
}
