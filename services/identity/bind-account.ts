import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { TokenIdentity } from '../../domain/identity/claims.ts';
import { User } from '../../models/user.ts';
import { closeLinks } from './account-links.ts';
import { revokeKeysOf } from './api-keys.ts';
import { endSessions } from './auth-sessions.ts';

/**
 * Binds an account of the current organisation to the identity that has signed in, once and for good. Whoever was invited
 * has accepted by that, and an e-mail that the provider has verified is proven. Whoever used the account before its address
 * was proven, by a temporary password for example, uses it no longer.
 * @returns false when another identity was faster; nothing is changed then
 */
export async function bindAccount(uow: UnitOfWork, userId: string, identity: TokenIdentity): Promise<boolean> {
  const { issuer, subject, email, emailVerified } = identity;
  const user = await User.findOne({ where: { id: userId, subject: null }, lock: true });
  if (!user) return false;
  const now = new Date();
  const wasProven = user.emailVerifiedAt !== null && !user.mustChangePassword;
  await user.update({
    issuer,
    subject,
    acceptedAt: user.acceptedAt ?? now,
    emailVerifiedAt: user.emailVerifiedAt ?? (emailVerified === true ? now : null),
    mustChangePassword: false,
    ...(!wasProven && { passwordHash: null }),
  });
  if (!wasProven) {
    await endSessions(uow, userId, 'password_changed');
    await revokeKeysOf(uow, userId);
  }
  await closeLinks(userId);
  uow.audit({
    action: 'user.identity_bound',
    resource: { type: 'user', id: userId },
    after: { issuer, subject, email },
  });
  return true;
}
