import { rowsOf } from '../../core/database.ts';
import type { UnitOfWork } from '../../core/unit-of-work.ts';
import type { Actor, AnonymousActor } from '../../domain/identity/actor.ts';
import { paceMs, placeOf, startOf, type Line } from '../../domain/github/turns.ts';
import { longestSpanMs, type GithubBudget, type TurnPriority } from '../../domain/github/write-limits.ts';

export type TenantWork = UnitOfWork<Exclude<Actor, AnonymousActor>>;

/** Who comes back later than this after the time they were told no longer keeps others waiting: perhaps nobody is there any more. */
export const LATE_MS = 5_000;
/** No activity that writes may take longer; a write whose end nobody has told has ended by then. */
const LONGEST_WRITE_MS = 60_000;

/** Somebody who waits for a turn, or would. */
export interface Waiter {
  readonly priority: TurnPriority;
  /** Of their own organisation and priority. */
  readonly before: number;
  readonly requestedMs: number;
}

/** To come back a little early is to find a pace that has become faster. */
const EARLY = 0.7;

export interface Place {
  /** The first moment that the limits allow, as things stand; not before now. */
  readonly startMs: number;
  /** When the turn is likely to come, at the pace of the last ones. */
  readonly likelyMs: number;
  readonly comeBackMs: number;
  /** How many wait, this one not counted. */
  readonly others: number;
}

interface LineRow extends Line {
  readonly own: boolean;
  readonly priority: TurnPriority;
}

/** When a waiter's turn comes, among those of every organisation. Exact while the budget's row is locked. */
export async function placeIn(
  { db }: TenantWork,
  { installation, limits }: GithubBudget,
  { priority, before, requestedMs }: Waiter,
  { nowMs, pausedUntilMs }: { readonly nowMs: number; readonly pausedUntilMs: number | null },
): Promise<Place> {
  const lines = await rowsOf<LineRow>(
    db,
    `select own, priority, waiting, served_ms as "servedMs", oldest_ms as "oldestMs"
     from lookup_github_lines($1, to_timestamp($2::float8 / 1000))`,
    [installation, nowMs - LATE_MS],
  );
  const since = nowMs - longestSpanMs(limits) - LONGEST_WRITE_MS;
  const written = await rowsOf<{ requestedMs: number; grantedMs: number; endedMs: number | null }>(
    db,
    `select requested_ms as "requestedMs", granted_ms as "grantedMs", ended_ms as "endedMs"
     from lookup_github_writes($1, to_timestamp($2::float8 / 1000))`,
    [installation, since],
  );
  const writes = written.map((write) => ({
    ...write,
    endedMs: write.endedMs ?? Math.min(nowMs, write.grantedMs + LONGEST_WRITE_MS),
  }));
  const alike = lines.filter((line) => line.priority === priority);
  const own = alike.find((line) => line.own) ?? { waiting: 0, servedMs: null, oldestMs: requestedMs };
  const others = alike.filter((line) => !line.own);
  const waiting = (of: TurnPriority): number =>
    lines.reduce((sum, line) => sum + (line.priority === of ? line.waiting : 0), 0);
  const ahead = { candidate: 0, background: 0, cleanup: 0 };
  if (priority !== 'candidate') ahead.candidate = waiting('candidate');
  if (priority === 'cleanup') ahead.background = waiting('background');
  ahead[priority] = placeOf(own, before, others);
  const startMs = startOf({ nowMs, pausedUntilMs, limits, writes, ahead }, priority);
  const paceOfAllMs = paceMs(writes) * (ahead.candidate + ahead.background + ahead.cleanup);
  return {
    startMs,
    likelyMs: Math.max(startMs, nowMs + paceOfAllMs),
    comeBackMs: Math.max(startMs, nowMs + EARLY * paceOfAllMs),
    others: lines.reduce((sum, line) => sum + line.waiting, 0),
  };
}
