import Joi from 'joi';
import type { KeyFacts } from '../../../services/identity/api-key-list.ts';

export interface PresentedKey {
  readonly id: string;
  readonly name: string;
  /** How the key begins. */
  readonly hint: string;
  readonly permissions: string[];
  /** Whose account it acts for. */
  readonly user: { readonly id: string; readonly email: string };
  readonly expires_at: string;
  readonly revoked_at: string | null;
  readonly last_used_at: string | null;
  readonly last_used_address: string | null;
  readonly created_at: string;
}

const time = Joi.string().isoDate();

export const keyFields = {
  id: Joi.string().guid(),
  name: Joi.string(),
  hint: Joi.string(),
  permissions: Joi.array().items(Joi.string()),
  user: Joi.object<PresentedKey['user'], true>({ id: Joi.string().guid(), email: Joi.string() }),
  expires_at: time,
  revoked_at: time.allow(null),
  last_used_at: time.allow(null),
  last_used_address: Joi.string().allow(null),
  created_at: time,
};

export const presentedKey = Joi.object<PresentedKey, true>(keyFields);

export function presentKey(key: KeyFacts): PresentedKey {
  return {
    id: key.id,
    name: key.name,
    hint: key.hint,
    permissions: [...key.permissions],
    user: { id: key.userId, email: key.email },
    expires_at: key.expiresAt.toISOString(),
    revoked_at: key.revokedAt?.toISOString() ?? null,
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
    last_used_address: key.lastUsedAddress,
    created_at: key.createdAt.toISOString(),
  };
}
