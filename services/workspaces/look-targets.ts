import { rowsOf } from '../../core/database.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { AnonymousActor } from '../../domain/identity/actor.ts';

/** A workspace whose repository is to be looked at. */
export interface LookTarget {
  readonly workspaceId: string;
  readonly orgId: string;
}

/** Those that a webhook spoke of, then those of open sessions that were last looked at before `lookedBefore`; `most` at once. */
export async function findRepositoriesToLookAt(
  { db }: UnitOfWork<AnonymousActor>,
  { lookedBefore, most }: { readonly lookedBefore: Date; readonly most: number },
): Promise<LookTarget[]> {
  return rowsOf<LookTarget>(
    db,
    'select id as "workspaceId", org_id as "orgId" from lookup_repositories_to_look_at($1, $2)',
    [lookedBefore.toISOString(), most],
  );
}
