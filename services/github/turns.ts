import { rowsOf } from '../../core/database.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { GithubBudget, TurnPriority } from '../../domain/github/write-limits.ts';
import { LATE_MS, placeIn, type TenantWork } from './queue.ts';

/** Who waits is told to come back no later, so that who was moved forward meanwhile hears of it. */
const LONGEST_NAP_MS = 60_000;

export interface TurnWanted {
  /** What is to be written: asked twice while it waits, it is one turn. E.g. `generate/<workspaceId>`. */
  readonly key: string;
  readonly priority: TurnPriority;
}

export type Asked =
  | {
      readonly granted: true;
      readonly turnId: string;
      /** How many turns this key has been given lately, this one counted. */
      readonly tries: number;
      readonly waiting: number;
    }
  | {
      readonly granted: false;
      /** When to ask again. */
      readonly delayMs: number;
      /** GitHub wants nothing to be sent now. */
      readonly paused: boolean;
      readonly waiting: number;
    };

/**
 * Asks for a turn to write to GitHub; each turn is for one write. Decided under the lock of the installation's row, so that two who ask
 * at once are not both given the last one. Commit it before writing.
 */
export async function askForTurn(uow: TenantWork, budget: GithubBudget, wanted: TurnWanted): Promise<Asked> {
  const { db, actor } = uow;
  const pausedUntilMs = await lockBudget(uow, budget);
  const { id, nowMs, requestedMs, isNew } = await stepIn(uow, budget, wanted);
  const [own] = await rowsOf<{ before: number; tries: number }>(
    db,
    `select count(*) filter (where granted_at is null and id <> $3 and priority = $4
              and come_back_at >= to_timestamp($5::float8 / 1000)
              and (requested_at, id) < (select requested_at, id from github_turns where org_id = $1 and id = $3))::int as before,
            count(*) filter (where granted_at is not null and key = $6)::int as tries
     from github_turns where org_id = $1 and installation = $2 and (granted_at is null or key = $6)`,
    [actor.orgId, budget.installation, id, wanted.priority, nowMs - LATE_MS, wanted.key],
  );
  const waiter = { priority: wanted.priority, before: own?.before ?? 0, requestedMs };
  const { startMs, likelyMs, comeBackMs, others } = await placeIn(uow, budget, waiter, { nowMs, pausedUntilMs });
  if (startMs <= nowMs) {
    await rowsOf(
      db,
      `update github_turns set granted_at = t.at, promised_at = case when $3 then t.at else promised_at end
       from (select clock_timestamp() as at) t where org_id = $1 and id = $2`,
      [actor.orgId, id, isNew],
    );
    return { granted: true, turnId: id, tries: (own?.tries ?? 0) + 1, waiting: others - 1 };
  }
  const delayMs = Math.min(Math.ceil(comeBackMs - nowMs), LONGEST_NAP_MS);
  await rowsOf(
    db,
    `update github_turns set come_back_at = to_timestamp($3::float8 / 1000),
       promised_at = case when $4 then to_timestamp($5::float8 / 1000) else promised_at end
     where org_id = $1 and id = $2`,
    [actor.orgId, id, nowMs + delayMs, isNew, likelyMs],
  );
  return { granted: false, delayMs, paused: (pausedUntilMs ?? 0) > nowMs, waiting: others };
}

/** @returns until when GitHub wants nothing, in milliseconds */
async function lockBudget({ db }: UnitOfWork, { installation }: GithubBudget): Promise<number | null> {
  for (;;) {
    const [row] = await rowsOf<{ pausedUntilMs: number | null }>(
      db,
      `select extract(epoch from paused_until)::float8 * 1000 as "pausedUntilMs"
       from github_budgets where installation = $1 for update`,
      [installation],
    );
    if (row) return row.pausedUntilMs;
    await rowsOf(db, `insert into github_budgets (installation) values ($1) on conflict do nothing`, [installation]);
  }
}

/** Takes a place among those who wait, or keeps it. The time is read once the lock is held. */
async function stepIn(
  { db, actor }: TenantWork,
  { installation }: GithubBudget,
  { key, priority }: TurnWanted,
): Promise<{ id: string; nowMs: number; requestedMs: number; isNew: boolean }> {
  const [row] = await rowsOf<{ id: string; nowMs: number; requestedMs: number; isNew: boolean }>(
    db,
    `insert into github_turns (org_id, installation, key, priority, requested_at, promised_at, come_back_at)
     select $1, $2, $3, $4, t.at, t.at, t.at from (select clock_timestamp() as at) t
     on conflict (installation, org_id, key) where granted_at is null
       do update set come_back_at = excluded.come_back_at, priority = excluded.priority
     returning id, extract(epoch from come_back_at)::float8 * 1000 as "nowMs",
       extract(epoch from requested_at)::float8 * 1000 as "requestedMs", requested_at = come_back_at as "isNew"`,
    [actor.orgId, installation, key, priority],
  );
  if (!row) throw new Error(`no place for ${key}`);
  return row;
}

/** The write is over, however it ended. */
export async function endTurn({ db, actor }: TenantWork, turnId: string): Promise<void> {
  await rowsOf(
    db,
    `update github_turns set ended_at = clock_timestamp() where org_id = $1 and id = $2 and granted_at is not null and ended_at is null`,
    [actor.orgId, turnId],
  );
}

/** A candidate has come who waits for what was to be done in the background. Heard of when its worker comes back. */
export async function moveForward(
  { db, actor }: TenantWork,
  { installation }: GithubBudget,
  key: string,
): Promise<void> {
  await rowsOf(
    db,
    `update github_turns set priority = 'candidate'
     where org_id = $1 and installation = $2 and key = $3 and granted_at is null and priority <> 'candidate'`,
    [actor.orgId, installation, key],
  );
}

/** GitHub wants nothing more to be sent for so long: everybody waits. A shorter pause never ends a longer one. */
export async function pauseBudget({ db }: UnitOfWork, { installation }: GithubBudget, seconds: number): Promise<void> {
  await rowsOf(
    db,
    `insert into github_budgets (installation, paused_until) values ($1, clock_timestamp() + make_interval(secs => $2))
     on conflict (installation) do update
       set paused_until = greatest(github_budgets.paused_until, excluded.paused_until), updated_at = now()`,
    [installation, seconds],
  );
}
