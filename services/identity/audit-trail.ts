import { rowsOf } from '../../core/database.ts';
import { permit } from '../../core/permit.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { UserActor } from '../../domain/identity/actor.ts';
import { mayReadAuditTrail } from '../../domain/identity/policies.ts';

/** Every one that is given must fit. */
export interface TrailFilter {
  /** Nouns: what stands before the dot of an action. */
  readonly feature?: readonly string[];
  readonly action?: readonly string[];
  readonly resourceType?: string;
  readonly resourceId?: string;
  readonly actorId?: string;
  /** ISO times, both inclusive. */
  readonly createdFrom?: string;
  readonly createdTo?: string;
}

export interface TrailPage {
  readonly limit: number;
  readonly offset: number;
  /** Only entries older than this row. */
  readonly beforeSeq?: string;
}

export interface TrailRow {
  readonly seq: string;
  readonly orgId: string;
  /** JSON: `AuditBody`. */
  readonly body: string;
  readonly at: Date;
}

const FITS = `
  from audit_entries
  where org_id = $1
    and ($2::text[] is null or split_part(action, '.', 1) = any($2)) and ($3::text[] is null or action = any($3))
    and ($4::text is null or resource_type = $4) and ($5::text is null or resource_id = $5)
    and ($6::text is null or actor_id = $6)
    and ($7::timestamptz is null or at >= $7) and ($8::timestamptz is null or at <= $8)`;

/** Entries of the caller's organisation, newest first, and how many fit the filter on all pages. */
export async function listAuditTrail(
  { actor, db }: UnitOfWork<UserActor>,
  filter: TrailFilter,
  { limit, offset, beforeSeq }: TrailPage,
): Promise<{ readonly rows: readonly TrailRow[]; readonly total: number }> {
  permit(mayReadAuditTrail(actor));
  const { feature, action, resourceType, resourceId, actorId, createdFrom, createdTo } = filter;
  const given = [feature, action, resourceType, resourceId, actorId, createdFrom, createdTo];
  const bind = [actor.orgId, ...given.map((value) => value ?? null)];
  const rows = await rowsOf<TrailRow>(
    db,
    `select seq, org_id as "orgId", body, at ${FITS} and ($9::bigint is null or seq < $9) order by seq desc limit $10 offset $11`,
    [...bind, beforeSeq ?? null, limit, offset],
  );
  const [counted] = await rowsOf<{ total: string }>(db, `select count(*) as total ${FITS}`, bind);
  return { rows, total: Number(counted?.total ?? 0) };
}
