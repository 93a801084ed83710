import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { AccountLink } from '../../models/account-link.ts';
import { User } from '../../models/user.ts';
import { closeLinks } from './account-links.ts';
import { revokeKeysOf } from './api-keys.ts';
import { endSessions } from './auth-sessions.ts';

export interface Credentials {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  /** Null for who signs in elsewhere, or has not accepted yet. */
  readonly passwordHash: string | null;
  readonly isActive: boolean;
}

/** Of an account of the current organisation. */
export async function readCredentials(userId: string): Promise<Credentials | undefined> {
  const user = await User.findOne({
    where: { id: userId },
    attributes: ['id', 'orgId', 'email', 'name', 'passwordHash', 'isActive'],
  });
  if (!user) return undefined;
  const { email, name, passwordHash, isActive } = user;
  return { userId, email, name, passwordHash, isActive };
}

/**
 * A new password in the place of the one that was checked; every session ends, and whoever was invited has accepted.
 * @returns false when the password has changed meanwhile; nothing is changed then
 */
export async function replacePassword(
  uow: UnitOfWork,
  userId: string,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<boolean> {
  const user = await User.findOne({ where: { id: userId, passwordHash: from }, lock: true });
  if (!user) return false;
  await user.update({ passwordHash: to, mustChangePassword: false, acceptedAt: user.acceptedAt ?? new Date() });
  await closeLinks(userId, 'reset_password');
  await endSessions(uow, userId, 'password_changed');
  uow.audit({ action: 'user.password_changed', resource: { type: 'user', id: userId } });
  return true;
}

/**
 * A password chosen over a link of a mail, which also proves the address. Every session ends; where the address had not
 * been proven before, the keys of whoever used the account until now end too.
 */
export async function setPasswordByLink(uow: UnitOfWork, link: AccountLink, passwordHash: string): Promise<User> {
  const { userId, kind } = link;
  const user = await User.findOne({ where: { id: userId }, lock: true, rejectOnEmpty: true });
  if (user.emailVerifiedAt === null) await revokeKeysOf(uow, userId);
  const now = new Date();
  await user.update({
    passwordHash,
    mustChangePassword: false,
    acceptedAt: user.acceptedAt ?? now,
    emailVerifiedAt: user.emailVerifiedAt ?? now,
  });
  await closeLinks(userId);
  await endSessions(uow, userId, 'password_changed');
  const action = kind === 'accept_invitation' ? 'user.invitation_accepted' : 'user.password_reset';
  uow.audit({ action, resource: { type: 'user', id: userId } });
  return user;
}

/** The address is proven. */
export async function verifyEmail(uow: UnitOfWork, { userId }: AccountLink): Promise<void> {
  const user = await User.findOne({ where: { id: userId }, lock: true, rejectOnEmpty: true });
  await closeLinks(userId, 'verify_email');
  if (user.emailVerifiedAt) return;
  await user.update({ emailVerifiedAt: new Date() });
  uow.audit({ action: 'user.email_verified', resource: { type: 'user', id: userId }, after: { email: user.email } });
}
