import { rowsOf } from '../../core/database.ts';
import type { GithubBudget, TurnPriority } from '../../domain/github/write-limits.ts';
import { LATE_MS, placeIn, type TenantWork } from './queue.ts';

interface OwnTurn {
  readonly priority: TurnPriority;
  readonly granted: boolean;
  readonly requestedMs: number;
  readonly comeBackMs: number;
  readonly before: number;
}

/**
 * Milliseconds until a key's turn to write comes, if nobody else comes: 0 when it has come. One that nobody has asked for yet is
 * taken for a candidate's who comes now. Who waits hears of a turn when it next asks, so no sooner than that.
 */
export async function turnWaitMs(uow: TenantWork, budget: GithubBudget, key: string): Promise<number> {
  const { db, actor } = uow;
  const [now] = await rowsOf<{ nowMs: number; pausedUntilMs: number | null }>(
    db,
    `select extract(epoch from clock_timestamp())::float8 * 1000 as "nowMs",
            (select extract(epoch from paused_until)::float8 * 1000 from github_budgets where installation = $1) as "pausedUntilMs"`,
    [budget.installation],
  );
  if (!now) throw new Error('the database does not tell the time');
  const fresh = now.nowMs - LATE_MS;
  const [turn] = await rowsOf<OwnTurn>(
    db,
    `select t.priority, t.granted_at is not null as granted,
            extract(epoch from t.requested_at)::float8 * 1000 as "requestedMs",
            extract(epoch from t.come_back_at)::float8 * 1000 as "comeBackMs",
            (select count(*)::int from github_turns o
             where o.org_id = $1 and o.installation = $2 and o.granted_at is null and o.priority = t.priority
               and o.come_back_at >= to_timestamp($4::float8 / 1000)
               and (o.requested_at, o.id) < (t.requested_at, t.id)) as before
     from github_turns t where t.org_id = $1 and t.installation = $2 and t.key = $3
     order by t.granted_at is not null, t.id desc limit 1`,
    [actor.orgId, budget.installation, key, fresh],
  );
  if (turn?.granted) return 0;
  const waiter = turn ?? (await newcomer(uow, budget, now.nowMs));
  const { likelyMs } = await placeIn(uow, budget, waiter, now);
  return Math.max(likelyMs, turn?.comeBackMs ?? 0, now.nowMs) - now.nowMs;
}

async function newcomer({ db, actor }: TenantWork, { installation }: GithubBudget, nowMs: number) {
  const [own] = await rowsOf<{ before: number }>(
    db,
    `select count(*)::int as before from github_turns
     where org_id = $1 and installation = $2 and granted_at is null and priority = 'candidate'
       and come_back_at >= to_timestamp($3::float8 / 1000)`,
    [actor.orgId, installation, nowMs - LATE_MS],
  );
  return { priority: 'candidate', before: own?.before ?? 0, requestedMs: nowMs } as const;
}
