import { rowsOf } from '../../core/database.ts';
import { permit } from '../../core/permit.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { UserActor } from '../../domain/identity/actor.ts';
import type { ChainHead, ExportRow } from '../../domain/identity/audit-chain.ts';
import { mayReadAuditTrail } from '../../domain/identity/policies.ts';
import { countedPage, type CountedPage } from '../counted-page.ts';

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
): Promise<CountedPage<TrailRow>> {
  permit(mayReadAuditTrail(actor));
  const { feature, action, resourceType, resourceId, actorId, createdFrom, createdTo } = filter;
  const given = [feature, action, resourceType, resourceId, actorId, createdFrom, createdTo];
  return countedPage<TrailRow>(db, {
    columns: 'seq, org_id as "orgId", body, at',
    fits: FITS,
    beyond: 'and ($9::bigint is null or seq < $9)',
    order: 'seq desc',
    bind: [actor.orgId, ...given.map((value) => value ?? null), beforeSeq ?? null],
    limit,
    offset,
  });
}

/** Leaves its own mark in the trail, which the export then ends with or goes beyond: a chain that lost its end cannot. */
export function recordExport(uow: UnitOfWork<UserActor>): void {
  permit(mayReadAuditTrail(uow.actor));
  uow.audit({ action: 'audit_log.exported', resource: { type: 'audit_log', id: uow.actor.orgId } });
}

/** The last row of the organisation's chain; rows only come behind it. */
export async function readChainHead({ actor, db }: UnitOfWork<UserActor>): Promise<ChainHead> {
  const [head] = await rowsOf<{ seq: string; hash: string }>(
    db,
    `select seq, encode(hash, 'hex') as hash from audit_entries where org_id = $1 order by seq desc limit 1`,
    [actor.orgId],
  );
  return { seq: Number(head?.seq ?? 0), hash: head?.hash ?? '' };
}

/** Rows as they were hashed, oldest first: those behind `afterSeq`, up to `lastSeq`, at most `limit`. */
export async function readChain(
  { actor, db }: UnitOfWork<UserActor>,
  { afterSeq, lastSeq, limit }: { readonly afterSeq: number; readonly lastSeq: number; readonly limit: number },
): Promise<ExportRow[]> {
  const rows = await rowsOf<Omit<ExportRow, 'seq'> & { readonly seq: string }>(
    db,
    `select seq, body, encode(prev_hash, 'hex') as "prevHash", encode(hash, 'hex') as hash
     from audit_entries where org_id = $1 and seq > $2 and seq <= $3 order by seq limit $4`,
    [actor.orgId, afterSeq, lastSeq, limit],
  );
  return rows.map((row) => ({ ...row, seq: Number(row.seq) }));
}
