import { mostOf, turnPriorities, type TurnPriority, type WriteLimits } from './write-limits.ts';

/** Those of one organisation who wait for a turn of one priority. */
export interface Line {
  readonly waiting: number;
  /** When the organisation was last given a turn of this priority; null when that is long ago. */
  readonly servedMs: number | null;
  /** When the oldest of them asked. */
  readonly oldestMs: number;
}

/**
 * How many of the same priority are served before somebody, behind `before` others of their own organisation. Organisations are served
 * in turn: the k-th of one comes after every other's (k-1)-th, and among the k-th first whose organisation was served longest ago.
 * So whoever is the first of their organisation waits for one of each other organisation at most, however many these have.
 */
export function placeOf(own: Line, before: number, others: readonly Line[]): number {
  const ofOthers = others.map((other) => Math.min(other.waiting, before + (precedes(other, own) ? 1 : 0)));
  return before + ofOthers.reduce((sum, count) => sum + count, 0);
}

function precedes(one: Line, other: Line): boolean {
  const [served, otherServed] = [one.servedMs ?? -Infinity, other.servedMs ?? -Infinity];
  return served === otherServed ? one.oldestMs < other.oldestMs : served < otherServed;
}

/** A write that has been given its turn. GitHub has counted it at some moment between the two. */
export interface Write {
  readonly grantedMs: number;
  /** Now, while it is not known to have ended. */
  readonly endedMs: number;
}

/** Of how many turns the pace is taken. */
const PACE_OF = 20;
const LONGEST_PACE_MS = 2_000;

/**
 * Milliseconds from one turn to the next as it lately was while somebody waited; 0 when nobody did. Slower than the limits where
 * workers have more to do than to write. The median, so that a wait for a window says nothing.
 */
export function paceMs(writes: readonly { readonly requestedMs: number; readonly grantedMs: number }[]): number {
  const lately = writes.toSorted((a, b) => a.grantedMs - b.grantedMs).slice(-PACE_OF);
  const gaps = lately.flatMap(({ requestedMs, grantedMs }, at) => {
    const before = lately[at - 1];
    return before && requestedMs <= before.grantedMs ? [grantedMs - before.grantedMs] : [];
  });
  gaps.sort((a, b) => a - b);
  return Math.min(gaps[Math.floor(gaps.length / 2)] ?? 0, LONGEST_PACE_MS);
}

export interface Queue {
  readonly nowMs: number;
  /** GitHub wants nothing before. */
  readonly pausedUntilMs: number | null;
  readonly limits: WriteLimits;
  /** At least those that any window still counts. */
  readonly writes: readonly Write[];
  /** How many are served before, by priority. */
  readonly ahead: Readonly<Record<TurnPriority, number>>;
}

/**
 * When somebody of `priority` begins, if nobody else comes and everybody ahead begins as soon as may be; `nowMs` when at once. A window
 * counts a write from its end, so that GitHub never finds more in it, however long calls take.
 */
export function startOf({ nowMs, pausedUntilMs, limits, writes, ahead }: Queue, priority: TurnPriority): number {
  const ends = writes.map(({ endedMs }) => endedMs).toSorted((a, b) => a - b);
  let last = Math.max(-Infinity, ...writes.map(({ grantedMs }) => grantedMs));
  const begin = (of: TurnPriority): number => {
    let atMs = Math.max(nowMs, pausedUntilMs ?? 0, last + limits.spacingMs);
    for (const window of limits.windows) {
      const gone = ends[ends.length - mostOf(window, of)]; // there is room once this one has left the window
      if (gone !== undefined) atMs = Math.max(atMs, gone + window.spanMs);
    }
    ends.push(atMs);
    last = atMs;
    return atMs;
  };
  for (const of of turnPriorities) for (let count = ahead[of]; count > 0; count -= 1) begin(of);
  return begin(priority);
}
