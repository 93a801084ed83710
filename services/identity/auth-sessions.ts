import { rowsOf } from '../../core/database.ts';
import { hashSecret, newSecret } from '../../core/tokens.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { SessionEnd } from '../../domain/identity/auth-session.ts';
import { AuthSession } from '../../models/auth-session.ts';
import { RefreshToken } from '../../models/refresh-token.ts';
import { User } from '../../models/user.ts';

/** Also who refreshes in time signs in again after so many days. */
const LONGEST_SESSION_MS = 30 * 86_400_000;
const PREFIX = 'tnr_';

export interface SessionSettings {
  readonly refreshSeconds: number;
}

/** Starts a session of an account of the current organisation. @returns its first refresh token, stored as a hash alone */
export async function startSession(uow: UnitOfWork, userId: string, settings: SessionSettings): Promise<string> {
  const orgId = orgOf(uow);
  const now = new Date();
  const session = await AuthSession.create({
    orgId,
    userId,
    refreshedAt: now,
    expiresAt: new Date(now.getTime() + LONGEST_SESSION_MS),
  });
  await noteActive(userId);
  return issue(orgId, session, settings, now);
}

/**
 * `reused`: the token was good for a refresh before, so somebody has a copy; every session of the account has ended.
 * `invalid`: expired, or its session has ended.
 */
export type Refreshed =
  | { readonly outcome: 'refreshed'; readonly userId: string; readonly refreshToken: string }
  | { readonly outcome: 'reused' | 'invalid' };

/** Exchanges a refresh token of the current organisation for the next one, once. */
export async function refreshSession(uow: UnitOfWork, tokenId: string, settings: SessionSettings): Promise<Refreshed> {
  const orgId = orgOf(uow);
  const known = await RefreshToken.findOne({ where: { id: tokenId } });
  const place = known && (await AuthSession.findOne({ where: { id: known.sessionId } }));
  if (!place) return { outcome: 'invalid' };
  await lockAccount(uow, place.userId);
  const token = await RefreshToken.findOne({ where: { id: tokenId } }); // as it is now: who comes at the same time is told apart by it
  const session = await AuthSession.findOne({ where: { id: place.id } });
  const now = new Date();
  if (!token || !session || session.endedAt || session.expiresAt <= now) return { outcome: 'invalid' };
  if (token.usedAt) {
    await endSessions(uow, session.userId, 'reuse_detected');
    uow.audit({ action: 'user.refresh_token_reused', resource: { type: 'user', id: session.userId } });
    return { outcome: 'reused' };
  }
  if (token.expiresAt <= now) return { outcome: 'invalid' };
  await token.update({ usedAt: now });
  await session.update({ refreshedAt: now });
  await noteActive(session.userId);
  const refreshToken = await issue(orgId, session, settings, now);
  return { outcome: 'refreshed', userId: session.userId, refreshToken };
}

/** Whatever changes an account or its sessions takes this lock first: two at once then wait, and do not deadlock. */
export async function lockAccount({ db, actor }: UnitOfWork, userId: string): Promise<void> {
  await rowsOf(db, 'select id from users where org_id = $1 and id = $2 for update', [actor.orgId, userId]);
}

/** Ends every session of an account of the current organisation; its access tokens are refused from the next request on. */
export async function endSessions(uow: UnitOfWork, userId: string, endReason: SessionEnd): Promise<void> {
  await AuthSession.update({ endedAt: new Date(), endReason }, { where: { userId, endedAt: null } });
  await rowsOf(
    uow.db,
    'update users set token_version = token_version + 1, updated_at = now() where org_id = $1 and id = $2',
    [uow.actor.orgId, userId],
  );
}

async function issue(
  orgId: string,
  session: AuthSession,
  { refreshSeconds }: SessionSettings,
  now: Date,
): Promise<string> {
  const secret = `${PREFIX}${newSecret()}`;
  const end = Math.min(now.getTime() + refreshSeconds * 1000, session.expiresAt.getTime());
  await RefreshToken.create({ orgId, sessionId: session.id, tokenHash: hashSecret(secret), expiresAt: new Date(end) });
  return secret;
}

async function noteActive(userId: string): Promise<void> {
  await User.update({ lastActiveAt: new Date() }, { where: { id: userId }, silent: true });
}

function orgOf({ actor }: UnitOfWork): string {
  if (actor.orgId === null) throw new Error('a session belongs to an organisation');
  return actor.orgId;
}
