import { AppError } from './errors.ts';
import { rowsOf } from './database.ts';
import type { UnitOfWork } from './unit-of-work.ts';
import type { UserActor } from '../domain/identity/actor.ts';

export interface IdempotentRequest {
  /** Method and path template, e.g. `POST /api/simulations`. */
  readonly endpoint: string;
  readonly key: string;
  readonly bodyHash: Buffer;
}

/**
 * Does `create` once per key: a repeat gets the id of what the first made, also when both come at once (the second waits
 * for the first's commit). Part of the unit of work, so a failed first try leaves the key free.
 * @returns the resource's id, and whether it is from an earlier request
 * @throws {AppError} IDEMPOTENCY_KEY_REUSED when the key came with another body
 */
export async function createOnce(
  uow: UnitOfWork<UserActor>,
  request: IdempotentRequest | undefined,
  create: () => Promise<string>,
): Promise<{ id: string; repeated: boolean }> {
  if (!request) return { id: await create(), repeated: false };
  const place = [uow.actor.orgId, uow.actor.userId, request.endpoint, request.key];
  const claimed = await rowsOf(
    uow.db,
    `insert into idempotency_keys (org_id, actor_id, endpoint, key, body_hash) values ($1, $2, $3, $4, $5)
     on conflict do nothing returning key`,
    [...place, request.bodyHash],
  );
  if (claimed.length > 0) {
    const id = await create();
    await rowsOf(
      uow.db,
      `update idempotency_keys set resource_id = $5 where org_id = $1 and actor_id = $2 and endpoint = $3 and key = $4`,
      [...place, id],
    );
    return { id, repeated: false };
  }
  const [first] = await rowsOf<{ body_hash: Buffer; resource_id: string }>(
    uow.db,
    `select body_hash, resource_id from idempotency_keys
     where org_id = $1 and actor_id = $2 and endpoint = $3 and key = $4`,
    place,
  );
  if (!first || !first.body_hash.equals(request.bodyHash)) throw new AppError('IDEMPOTENCY_KEY_REUSED');
  return { id: first.resource_id, repeated: true };
}
