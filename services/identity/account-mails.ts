import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { SystemActor } from '../../domain/identity/actor.ts';
import { User } from '../../models/user.ts';
import { mailAccountLink, type AccountLinkSettings } from './account-links.ts';

/** Mails a link to choose a new password; nothing to who cannot sign in, the invitation again to who has not accepted it. */
export async function mailPasswordReset(
  uow: UnitOfWork<SystemActor>,
  userId: string,
  settings: AccountLinkSettings,
): Promise<void> {
  const user = await User.findOne({ where: { id: userId }, lock: true });
  if (!user?.isActive || (user.passwordHash === null && user.acceptedAt !== null)) return;
  const kind = user.passwordHash === null ? 'accept_invitation' : 'reset_password';
  await mailAccountLink(uow, { userId, email: user.email, kind }, settings);
  // Not in the trail of an organisation that may know no more of the person than the address.
  if (user.emailVerifiedAt !== null && user.acceptedAt !== null)
    uow.audit({ action: 'user.password_reset_requested', resource: { type: 'user', id: userId } });
}

/** Mails another link to prove the address, where that is still open. */
export async function mailVerification(
  uow: UnitOfWork<SystemActor>,
  userId: string,
  settings: AccountLinkSettings,
): Promise<void> {
  const user = await User.findOne({ where: { id: userId }, lock: true });
  if (!user?.isActive || user.emailVerifiedAt !== null || user.passwordHash === null) return;
  await mailAccountLink(uow, { userId, email: user.email, kind: 'verify_email' }, settings);
}
