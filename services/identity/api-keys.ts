import { AppError } from '../../core/errors.ts';
import { permit } from '../../core/permit.ts';
import { hashSecret, newSecret } from '../../core/tokens.ts';
import { rowsOf } from '../../core/database.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { UserActor } from '../../domain/identity/actor.ts';
import { API_KEY_PREFIX, apiKeyEnd } from '../../domain/identity/api-key.ts';
import type { Permission } from '../../domain/identity/permissions.ts';
import { mayCreateApiKey, mayManageApiKeys, mayRevokeApiKey } from '../../domain/identity/policies.ts';
import { ApiKey } from '../../models/api-key.ts';
import { loadAccount } from './accounts.ts';
import { assertTheirs } from './assert-theirs.ts';

const HINT_LENGTH = 10;
/** Uses within a minute count as one: a busy machine must not write at each request. */
const NOTE_USE_AFTER_MS = 60_000;

export interface NewApiKey {
  readonly name: string;
  readonly permissions: readonly Permission[];
  readonly days: number;
}

/**
 * Makes a key for the caller's own account.
 * @returns its row and the key itself, which nobody can be shown again
 * @throws {AppError} FORBIDDEN, PERMISSION_NOT_YOURS
 */
export async function createApiKey(
  uow: UnitOfWork<UserActor>,
  { name, permissions, days }: NewApiKey,
): Promise<{ readonly key: ApiKey; readonly secret: string }> {
  const { actor } = uow;
  permit(mayCreateApiKey(actor));
  assertTheirs(actor, permissions);
  const secret = `${API_KEY_PREFIX}${newSecret()}`;
  const key = await ApiKey.create({
    orgId: actor.orgId,
    userId: actor.userId,
    name,
    hint: secret.slice(0, HINT_LENGTH),
    keyHash: hashSecret(secret),
    permissions: [...new Set(permissions)].sort(),
    expiresAt: apiKeyEnd(new Date(), days),
  });
  uow.audit({
    action: 'api_key.created',
    resource: { type: 'api_key', id: key.id },
    after: { name, permissions: key.permissions, expiresAt: key.expiresAt.toISOString() },
  });
  return { key, secret };
}

/** One's own key. @throws {AppError} API_KEY_NOT_FOUND */
export async function findOwnApiKey({ actor }: UnitOfWork<UserActor>, id: string): Promise<ApiKey> {
  const key = await ApiKey.findOne({ where: { id, userId: actor.userId } });
  if (!key) throw new AppError('API_KEY_NOT_FOUND');
  return key;
}

/** Revoking again is no error. @throws {AppError} FORBIDDEN, API_KEY_NOT_FOUND (also for another's) */
export async function revokeApiKey(uow: UnitOfWork<UserActor>, id: string): Promise<void> {
  const key = await ApiKey.findOne({ where: { id }, lock: true });
  if (!key) {
    permit(mayManageApiKeys(uow.actor));
    throw new AppError('API_KEY_NOT_FOUND');
  }
  permit(mayRevokeApiKey(uow.actor, key), { hidden: 'API_KEY_NOT_FOUND' });
  if (key.revokedAt) return;
  await key.update({ revokedAt: new Date() });
  uow.audit({
    action: 'api_key.revoked',
    resource: { type: 'api_key', id },
    before: { name: key.name, userId: key.userId },
  });
}

/** Ends every key of an account of the current organisation: whoever has them acts for it no longer. */
export async function revokeKeysOf(uow: UnitOfWork, userId: string): Promise<void> {
  await rowsOf(
    uow.db,
    `update api_keys set revoked_at = now(), updated_at = now()
     where org_id = $1 and user_id = $2 and revoked_at is null`,
    [uow.actor.orgId, userId],
  );
}

export interface OpenedKey {
  readonly actor: UserActor;
  readonly isUseWorthNoting: boolean;
}

/**
 * Who acts with this key of the current organisation, now.
 * @throws {AppError} TOKEN_INVALID (revoked), TOKEN_EXPIRED, ACCOUNT_GONE, ACCOUNT_INACTIVE
 */
export async function openApiKey(uow: UnitOfWork, id: string): Promise<OpenedKey> {
  const key = await ApiKey.findOne({ where: { id } });
  if (!key || key.revokedAt) throw new AppError('TOKEN_INVALID');
  const now = Date.now();
  if (key.expiresAt.getTime() <= now) throw new AppError('TOKEN_EXPIRED');
  const account = await loadAccount(uow, key.userId);
  if (!account) throw new AppError('ACCOUNT_GONE');
  if (!account.isActive) throw new AppError('ACCOUNT_INACTIVE');
  const { actor } = account;
  return {
    actor: {
      ...actor,
      permissions: actor.permissions.filter((permission) => key.permissions.includes(permission)),
      isSuperuser: false, // a key stays in its organisation
      apiKeyId: key.id,
    },
    isUseWorthNoting: now - (key.lastUsedAt?.getTime() ?? 0) > NOTE_USE_AFTER_MS,
  };
}

/** When and from where a key was last used; no entry in the trail, which tells what was done with it. */
export async function noteKeyUse({ db, actor }: UnitOfWork, id: string, address: string): Promise<void> {
  await rowsOf(db, 'update api_keys set last_used_at = now(), last_used_address = $3 where org_id = $1 and id = $2', [
    actor.orgId,
    id,
    address,
  ]);
}
