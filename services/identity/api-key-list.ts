import { permit } from '../../core/permit.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { UserActor } from '../../domain/identity/actor.ts';
import { mayManageApiKeys, seesAllApiKeys } from '../../domain/identity/policies.ts';
import { countedPage, type CountedPage } from '../counted-page.ts';
import type { NewestFirst } from '../newest-first.ts';

/** A key and whose it is; nothing that opens a door. */
export interface KeyFacts {
  readonly id: string;
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly hint: string;
  readonly permissions: readonly string[];
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly lastUsedAddress: string | null;
  readonly createdAt: Date;
}

/** One's own keys, or everybody's with `api_keys.manage_all`; newest first, with how many there are. */
export async function listApiKeys(
  { actor, db }: UnitOfWork<UserActor>,
  { limit, offset, after }: NewestFirst,
): Promise<CountedPage<KeyFacts>> {
  permit(mayManageApiKeys(actor));
  return countedPage<KeyFacts>(db, {
    columns: `k.id, k.user_id as "userId", u.email, k.name, k.hint, k.permissions, k.expires_at as "expiresAt",
      k.revoked_at as "revokedAt", k.last_used_at as "lastUsedAt", k.last_used_address as "lastUsedAddress",
      k.created_at as "createdAt"`,
    fits: `from api_keys k join users u on u.org_id = k.org_id and u.id = k.user_id
      where k.org_id = $1 and ($2::uuid is null or k.user_id = $2)`,
    beyond: 'and ($3::timestamptz is null or (k.created_at, k.id) < ($3, $4::uuid))',
    order: 'k.created_at desc, k.id desc',
    bind: [actor.orgId, seesAllApiKeys(actor) ? null : actor.userId, after?.[0] ?? null, after?.[1] ?? null],
    limit,
    offset,
  });
}
