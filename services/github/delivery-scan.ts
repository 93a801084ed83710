import { rowsOf } from '../../core/database.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { AnonymousActor } from '../../domain/identity/actor.ts';

type Uow = Pick<UnitOfWork<AnonymousActor>, 'db'>;

/** How far GitHub's log of a hook was read. Ids are 64-bit numbers as text; a larger one is newer. */
export interface DeliveryScan {
  /** Everything up to here was looked at. */
  readonly knownThrough: bigint;
  /** The newest one when a scan that has not reached `knownThrough` yet began; null when none is under way. */
  readonly top: bigint | null;
  /** Where such a scan goes on. */
  readonly cursor: string | null;
}

export async function loadScan({ db }: Uow, hook: string): Promise<DeliveryScan> {
  const [row] = await rowsOf<{ known_through: string | null; scan_top: string | null; page_cursor: string | null }>(
    db,
    'select known_through, scan_top, page_cursor from github_delivery_scans where hook = $1',
    [hook],
  );
  return {
    knownThrough: BigInt(row?.known_through ?? 0),
    top: row?.scan_top == null ? null : BigInt(row.scan_top),
    cursor: row?.page_cursor ?? null,
  };
}

/** Two rounds at once may save in any order: what is known never becomes less. */
export async function saveScan({ db }: Uow, hook: string, { knownThrough, top, cursor }: DeliveryScan): Promise<void> {
  await rowsOf(
    db,
    `insert into github_delivery_scans as scan (hook, known_through, scan_top, page_cursor) values ($1, $2, $3, $4)
     on conflict (hook) do update set known_through = greatest(scan.known_through, excluded.known_through),
       scan_top = excluded.scan_top, page_cursor = excluded.page_cursor, updated_at = now()`,
    [hook, String(knownThrough), top === null ? null : String(top), cursor],
  );
}

/** Which of these deliveries have had no effect here: never stored, or about a repository that was not ours then and is now. */
export async function missedAmong({ db }: Uow, guids: readonly string[]): Promise<Set<string>> {
  const rows = await rowsOf<{ guid: string }>(
    db,
    `select given.guid from unnest($1::text[]) given (guid) left join github_deliveries d on d.delivery_id = given.guid
     where d.delivery_id is null
       or (not d.matched and d.event <> 'workflow_run' and exists (select from lookup_workspace_by_repository(d.repo_id)))`,
    [guids],
  );
  return new Set(rows.map(({ guid }) => guid));
}
