import { AppError } from '../../core/errors.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { SystemActor } from '../../domain/identity/actor.ts';
import type { User } from '../../models/user.ts';
import { isOrganizationNameTaken, lookUpByEmail } from './account-lookups.ts';
import { mailAccountLink, type AccountLinkSettings } from './account-links.ts';
import { lockFirstSignIn } from './accounts.ts';
import { createUser } from './new-members.ts';
import { createOrganization } from './organizations.ts';

export interface Registration {
  readonly organizationName: string;
  /** As `normalEmail` writes it. */
  readonly email: string;
  /** Of the owner. */
  readonly name: string;
}

/** Refuses early what cannot succeed, before a password is hashed. @throws {AppError} EMAIL_TAKEN, ORG_NAME_TAKEN */
export async function assertRegistrable(uow: UnitOfWork, { email, organizationName }: Registration): Promise<void> {
  if ((await lookUpByEmail(uow, email)).length > 0) throw new AppError('EMAIL_TAKEN');
  if (await isOrganizationNameTaken(uow, organizationName)) throw new AppError('ORG_NAME_TAKEN');
}

/**
 * Creates an organisation with its owner and mails the owner a link that proves the address. The unit of work acts for the
 * new organisation. Of several at once with one name or e-mail the first wins.
 * @throws {AppError} EMAIL_TAKEN, ORG_NAME_TAKEN
 */
export async function register(
  uow: UnitOfWork<SystemActor>,
  registration: Registration & { readonly passwordHash: string },
  links: AccountLinkSettings,
): Promise<User> {
  const { organizationName, email, name, passwordHash } = registration;
  await lockFirstSignIn(uow, email);
  await assertRegistrable(uow, registration);
  await createOrganization(uow, { id: uow.actor.orgId, name: organizationName });
  const owner = await createUser(uow, {
    email,
    name,
    roles: ['owner', 'recruiter'],
    passwordHash,
    selfRegistered: true,
    acceptedAt: new Date(),
  });
  await mailAccountLink(uow, { userId: owner.id, email, kind: 'verify_email' }, links);
  return owner;
}
