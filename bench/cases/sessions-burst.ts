import { setTimeout as pause } from 'node:timers/promises';
import type { HttpCaller } from '../harness/http.ts';
import { timed } from '../harness/measure.ts';
import type { Stack } from '../harness/stack.ts';
import { summarise, type Summary } from '../harness/stats.ts';

/** Reads meanwhile come one at a time, so far apart. */
const READ_EVERY_MS = 20;
const LOOK_EVERY_MS = 50;
const LIMIT_MS = 4 * 60_000;

/** Sessions that expire together. */
export interface Burst {
  /** From the first deadline until no row of them is open. */
  readonly expiredMs: number;
  /** Until none of their workflows runs. */
  readonly closedMs: number;
  /** Between the first and the last deadline. */
  readonly spreadMs: number;
  readonly reads: Summary;
  /** What the worker's database connections did meanwhile: how many of them on average. */
  readonly waits: ReadonlyMap<string, number>;
}

/** Follows a simulation's sessions to their end; `others` sessions stay open besides. */
export async function expiring(
  stack: Stack,
  recruiter: HttpCaller,
  { simulation, others }: { readonly simulation: number; readonly others: number },
): Promise<Burst> {
  const [ends] = await stack.rows<{ first: number; last: number }>(
    `select extract(epoch from min(expires_at))::float8 * 1000 as first, extract(epoch from max(expires_at))::float8 * 1000 as last
     from candidate_sessions where simulation_id = $1`,
    [simulation],
  );
  if (!ends) throw new Error('no sessions');
  const since = (): number => Date.now() - ends.first;
  let expiredMs = 0;
  let looks = 0;
  const seen = new Map<string, number>();
  const allExpired = until('all are expired', async () => {
    const [left] = await stack.rows<{ count: number }>(
      `select count(*)::int as count from candidate_sessions where simulation_id = $1 and status = 'not_started'`,
      [simulation],
    );
    expiredMs = since();
    if (expiredMs < ends.last - ends.first) return false; // not all are due yet: there is nothing to wait for
    looks += 1;
    for (const { what, count } of await waitsOf(stack)) seen.set(what, (seen.get(what) ?? 0) + count);
    return left?.count === 0;
  });
  const samples = await readsUntil(recruiter, allExpired);
  await until('their workflows have ended', async () => (await running(stack, 'candidate-session')) <= others);
  const waits = [...seen].map(([what, count]) => [what, count / looks] as const).toSorted((a, b) => b[1] - a[1]);
  return {
    expiredMs,
    closedMs: since(),
    spreadMs: ends.last - ends.first,
    reads: summarise(samples),
    waits: new Map(waits),
  };
}

function waitsOf({ rows }: Stack): Promise<{ what: string; count: number }[]> {
  return rows(
    `select case when state = 'idle' then 'idle'
                 when state = 'idle in transaction' then 'in a transaction, waits for the worker'
                 when wait_event_type = 'Lock' then 'waits for a lock: ' || left(query, 40)
                 when wait_event_type is null then 'works'
                 else 'waits for ' || wait_event end as what, count(*)::int as count
     from pg_stat_activity where application_name = 'tenon-worker' group by 1`,
  );
}

/** Reads of the API until `done`. @returns how long each took, in ms */
export async function readsUntil(recruiter: HttpCaller, done: Promise<unknown>): Promise<number[]> {
  const ended = new AbortController();
  const ending = done.finally(() => ended.abort());
  const samples: number[] = [];
  while (!ended.signal.aborted) {
    samples.push(await timed(() => recruiter.call('/api/auth/me')));
    await pause(READ_EVERY_MS);
  }
  await ending;
  return samples;
}

/** How many workflows of a kind run, as far as the list knows. */
async function running({ world }: Stack, kind: string): Promise<number> {
  return (await world.temporal.workflow.count(`TenonKind = '${kind}' and ExecutionStatus = 'Running'`)).count;
}

/** Looks until it is so. @throws after some minutes */
async function until(what: string, look: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + LIMIT_MS; !(await look()); await pause(LOOK_EVERY_MS)) {
    if (performance.now() > end) throw new Error(`not within ${LIMIT_MS / 1_000} s: ${what}`);
  }
}
