import { placeOf, startOf, type Line, type Write } from '../../../domain/github/turns.ts';
import { turnPriorities, type TurnPriority, type WriteLimits } from '../../../domain/github/write-limits.ts';

/** Somebody who comes for a turn. Times in milliseconds. */
export interface Visitor {
  readonly org: number;
  readonly priority: TurnPriority;
  readonly atMs: number;
  /** How long the call takes; GitHub counts it in the middle. */
  readonly callMs: number;
  /** How much later than told they come back. */
  readonly lateMs: number;
}

interface Waiting extends Visitor {
  readonly id: number;
  comeBackMs: number;
}

export interface Served extends Visitor {
  readonly id: number;
  readonly grantedMs: number;
  readonly countedMs: number;
  /** The first time that they were told. */
  readonly promisedMs: number;
  /** Everything that had been written when the turn was given. */
  readonly writesBefore: readonly Write[];
}

const LATE_MS = 5_000;
const NAP_MS = 60_000;

/** Plays what services/github does with rows, in virtual time: everybody asks, and asks again when told to. */
export function play(limits: WriteLimits, visitors: readonly Visitor[]): Served[] {
  const waiting = new Map<number, Waiting>();
  const done: Served[] = [];
  const promised = new Map<number, number>();
  const asks = visitors.map((visitor, id) => ({ id, atMs: visitor.atMs }));
  const writesAt = (nowMs: number): Write[] =>
    done.map(({ grantedMs, callMs }) => ({ grantedMs, endedMs: Math.min(nowMs, grantedMs + callMs) }));
  for (;;) {
    asks.sort((a, b) => a.atMs - b.atMs || a.id - b.id);
    const ask = asks.shift();
    const visitor = ask && visitors[ask.id];
    if (!visitor) return done;
    const { id, atMs: nowMs } = ask;
    const me = { ...visitor, id, comeBackMs: nowMs };
    waiting.set(id, me);
    const here = [...waiting.values()].filter(({ comeBackMs }) => comeBackMs >= nowMs - LATE_MS);
    const startMs = startOf(
      { nowMs, pausedUntilMs: null, limits, writes: writesAt(nowMs), ahead: aheadOf(me, here, done) },
      me.priority,
    );
    if (!promised.has(id)) promised.set(id, startMs);
    if (startMs <= nowMs) {
      waiting.delete(id);
      const promisedMs = promised.get(id) ?? nowMs;
      const writesBefore = writesAt(nowMs);
      done.push({ ...visitor, id, grantedMs: nowMs, countedMs: nowMs + visitor.callMs / 2, promisedMs, writesBefore });
    } else {
      me.comeBackMs = nowMs + Math.min(Math.ceil(startMs - nowMs), NAP_MS);
      asks.push({ id, atMs: me.comeBackMs + visitor.lateMs });
    }
  }
}

function aheadOf(me: Waiting, here: readonly Waiting[], done: readonly Served[]) {
  const ahead = { candidate: 0, background: 0, cleanup: 0 };
  for (const priority of turnPriorities) {
    if (priority === me.priority) break;
    ahead[priority] = here.filter((one) => one.priority === priority).length;
  }
  const alike = here.filter(({ priority }) => priority === me.priority);
  const lineOf = (org: number): Line => ({
    waiting: alike.filter((one) => one.org === org).length,
    servedMs: done.findLast((one) => one.org === org && one.priority === me.priority)?.grantedMs ?? null,
    oldestMs: Math.min(...alike.filter((one) => one.org === org).map(({ atMs }) => atMs)),
  });
  const before = alike.filter(
    ({ org, atMs, id }) => org === me.org && (atMs < me.atMs || (atMs === me.atMs && id < me.id)),
  ).length;
  const others = [...new Set(alike.map(({ org }) => org))].filter((org) => org !== me.org);
  ahead[me.priority] = placeOf(lineOf(me.org), before, others.map(lineOf));
  return ahead;
}
