import type { UnitOfWork } from '../../core/unit-of-work.ts';
import { AppError } from '../../core/errors.ts';
import type { AccountLinkKind } from '../../domain/identity/account-link.ts';
import { User } from '../../models/user.ts';
import { closeLinks, openLink } from './account-links.ts';
import { revokeKeysOf } from './api-keys.ts';
import { endSessions, lockAccount } from './auth-sessions.ts';

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
  const user = await lockWithPassword(userId, from);
  if (!user) return false;
  await user.update({ passwordHash: to, mustChangePassword: false, acceptedAt: user.acceptedAt ?? new Date() });
  await closeLinks(userId, 'reset_password');
  await endSessions(uow, userId, 'password_changed');
  uow.audit({ action: 'user.password_changed', resource: { type: 'user', id: userId } });
  return true;
}

/** An account with a link of it, both locked, the account first. @throws {AppError} LINK_INVALID, LINK_EXPIRED, ACCOUNT_INACTIVE */
async function lockOverLink(uow: UnitOfWork, linkId: string, kind: AccountLinkKind): Promise<User> {
  const { userId } = await openLink(linkId, kind);
  await lockAccount(uow, userId);
  await openLink(linkId, kind, true); // again: somebody else may have opened it meanwhile
  const user = await User.findOne({ where: { id: userId }, rejectOnEmpty: true });
  if (!user.isActive) throw new AppError('ACCOUNT_INACTIVE');
  return user;
}

/**
 * A password chosen over a link of a mail, which also proves the address. Whoever used the account until now uses it no
 * longer: sessions and keys end.
 * @returns whose account it is
 * @throws {AppError} LINK_INVALID, LINK_EXPIRED, ACCOUNT_INACTIVE
 */
export async function setPasswordByLink(
  uow: UnitOfWork,
  link: { readonly id: string; readonly kind: AccountLinkKind },
  passwordHash: string,
): Promise<string> {
  const user = await lockOverLink(uow, link.id, link.kind);
  const now = new Date();
  await user.update({
    passwordHash,
    mustChangePassword: false,
    acceptedAt: user.acceptedAt ?? now,
    emailVerifiedAt: user.emailVerifiedAt ?? now,
  });
  await closeLinks(user.id);
  await endSessions(uow, user.id, 'password_changed');
  await revokeKeysOf(uow, user.id);
  const action = link.kind === 'accept_invitation' ? 'user.invitation_accepted' : 'user.password_reset';
  uow.audit({ action, resource: { type: 'user', id: user.id } });
  return user.id;
}

/**
 * The address is proven, by who reads its mails and knows the password (`from` is the hash that it was checked against):
 * neither a stranger who registered the address nor its owner who presses a link can do that alone.
 * @throws {AppError} LINK_INVALID, LINK_EXPIRED, ACCOUNT_INACTIVE, PASSWORD_WRONG when the password has changed meanwhile
 */
export async function verifyEmail(uow: UnitOfWork, linkId: string, from: string): Promise<void> {
  const user = await lockOverLink(uow, linkId, 'verify_email');
  if (user.passwordHash !== from) throw new AppError('PASSWORD_WRONG');
  await closeLinks(user.id, 'verify_email');
  if (user.emailVerifiedAt) return;
  await user.update({ emailVerifiedAt: new Date() });
  uow.audit({ action: 'user.email_verified', resource: { type: 'user', id: user.id }, after: { email: user.email } });
}

/**
 * The account, if it still is as it was when its password was checked; locked, so that it stays so.
 * @returns undefined when the password was replaced or the account switched off meanwhile
 */
export async function lockWithPassword(userId: string, from: string): Promise<User | undefined> {
  const user = await User.findOne({ where: { id: userId, passwordHash: from }, lock: true });
  return user ?? undefined;
}
