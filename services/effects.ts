import { rowsOf } from '../core/database.ts';
import type { UnitOfWork } from '../core/unit-of-work.ts';
import type { Actor, AnonymousActor } from '../domain/identity/actor.ts';

type TenantWork = UnitOfWork<Exclude<Actor, AnonymousActor>>;

/**
 * `intent`: it is about to be done, or a process died while doing it. `done`: it happened, `farRef` names it on the far
 * side. `unknown`: the far side was asked and its answer was lost; asking again could do it twice.
 */
export type EffectState = 'intent' | 'done' | 'unknown';

export interface Effect {
  readonly state: EffectState;
  readonly farRef: string | null;
  /** Whether this call has written the intent: nobody has tried before, or who did has reopened it. */
  readonly isNew: boolean;
}

/** Stands in an intent's `far_ref`: effects are never deleted. */
const REOPENED = 'reopened';

/** Writes down what is about to be done to the far side; commit this before doing it. */
export async function beginEffect({ db, actor }: TenantWork, key: string): Promise<Effect> {
  const inserted = await rowsOf(
    db,
    `insert into effects (org_id, key, state) values ($1, $2, 'intent')
     on conflict (org_id, key) do update set far_ref = null, updated_at = now()
       where effects.state = 'intent' and effects.far_ref = $3
     returning key`,
    [actor.orgId, key, REOPENED],
  );
  if (inserted.length > 0) return { state: 'intent', farRef: null, isNew: true };
  const [row] = await rowsOf<{ state: EffectState; farRef: string | null }>(
    db,
    `select state, far_ref as "farRef" from effects where org_id = $1 and key = $2`,
    [actor.orgId, key],
  );
  if (!row) throw new Error(`effect ${key} was there and is gone`);
  return { ...row, isNew: false };
}

/** Writes down what became of it. What is done stays done: a late answer of an abandoned attempt changes nothing. */
export async function settleEffect(
  { db, actor }: TenantWork,
  key: string,
  { state, farRef }: { readonly state: 'done' | 'unknown'; readonly farRef: string | null },
): Promise<void> {
  await rowsOf(
    db,
    `update effects set state = $3, far_ref = $4, updated_at = now()
     where org_id = $1 and key = $2 and state <> 'done'`,
    [actor.orgId, key, state, farRef],
  );
}

/** The far side has certainly not done it: who begins next is the first again. Only an intent can be reopened. */
export async function reopenEffect({ db, actor }: TenantWork, key: string): Promise<void> {
  await rowsOf(
    db,
    `update effects set far_ref = $3, updated_at = now() where org_id = $1 and key = $2 and state = 'intent'`,
    [actor.orgId, key, REOPENED],
  );
}
