import type { CandidateActor, UserActor } from '../domain/identity/actor.ts';
import { actorIdOf } from './audit.ts';
import { rowsOf } from './database.ts';
import { AppError } from './errors.ts';
import type { UnitOfWork } from './unit-of-work.ts';

/** A request that may be repeated; the API reads it from the header `Idempotency-Key`. */
export interface IdempotentRequest {
  /** Method and path template, e.g. `POST /api/simulations`. */
  readonly endpoint: string;
  readonly key: string;
  readonly bodyHash: Buffer;
}

export interface OncePerKey {
  /** Makes the resource and gives its id. */
  readonly create: () => Promise<string>;
  /** Whether what an earlier request made still answers a repeat; if not, `create` is called again. Always, if not given. */
  readonly answers?: (id: string) => Promise<boolean>;
}

/**
 * Creates once per key: a repeat gets the id of what the first made, also when both come at once (the second waits for the
 * first's commit). Part of the unit of work, so a failed first try leaves the key free.
 * @throws {AppError} IDEMPOTENCY_KEY_REUSED when the key came with another body
 */
export async function createOnce(
  uow: UnitOfWork<UserActor | CandidateActor>,
  request: IdempotentRequest | undefined,
  { create, answers }: OncePerKey,
): Promise<string> {
  if (!request) return create();
  const place = [uow.actor.orgId, actorIdOf(uow.actor), request.endpoint, request.key];
  const claimed = await rowsOf(
    uow.db,
    `insert into idempotency_keys (org_id, actor_id, endpoint, key, body_hash) values ($1, $2, $3, $4, $5)
     on conflict do nothing returning key`,
    [...place, request.bodyHash],
  );
  if (claimed.length === 0) {
    const [first] = await rowsOf<{ body_hash: Buffer; resource_id: string }>(
      uow.db,
      `select body_hash, resource_id from idempotency_keys
       where org_id = $1 and actor_id = $2 and endpoint = $3 and key = $4 for update`,
      place,
    );
    if (!first?.body_hash.equals(request.bodyHash)) throw new AppError('IDEMPOTENCY_KEY_REUSED');
    if (!answers || (await answers(first.resource_id))) return first.resource_id;
  }
  const id = await create();
  await rowsOf(
    uow.db,
    `update idempotency_keys set resource_id = $5 where org_id = $1 and actor_id = $2 and endpoint = $3 and key = $4`,
    [...place, id],
  );
  return id;
}
