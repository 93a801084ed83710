/** The parts that are struck: ours, those that we stand on, and those outside of Tenon that we call. */
export const targets = ['worker', 'api', 'temporal', 'postgres', 'github', 'mailbox', 'identity'] as const;
/** A second one of ours, beside the first, where a world has them. */
export const replicas = ['worker2', 'api2'] as const;
const everyTarget = [...targets, ...replicas] as const;
export type Target = (typeof everyTarget)[number];

/** `kill`: SIGKILL. `pause`: SIGSTOP, later SIGCONT. `restart`: asked to stop, as a deploy does. */
export const manners = ['kill', 'pause', 'restart'] as const;
export type Manner = (typeof manners)[number];

/** What happens to whom: `atMs` after the workload began; down (or stopped) for `forMs`. */
export interface Blow {
  readonly atMs: number;
  readonly manner: Manner;
  readonly target: Target;
  readonly forMs: number;
}

/** A source of numbers in [0, 1) that gives the same ones for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface Gaps {
  /** Between two blows, and how long a part is away, both in ms as [shortest, longest]. */
  readonly betweenMs: readonly [number, number];
  readonly awayMs: readonly [number, number];
}

const usualGaps: Gaps = { betweenMs: [800, 4_000], awayMs: [50, 3_000] };

/** One SIGKILL per part, in an order and at moments that the seed decides. */
export function oneKillEach(seed: number, gaps: Gaps = usualGaps): readonly Blow[] {
  const random = randomOf(seed);
  let atMs = 0;
  return shuffled(targets, random).map((target) => {
    atMs += between(random, gaps.betweenMs);
    return { atMs, manner: 'kill', target, forMs: between(random, gaps.awayMs) };
  });
}

/** Blows of every manner at any part, until `durationMs`; two parts may be away at once. A world without replicas misses theirs. */
export function soakPlan(seed: number, durationMs: number, gaps: Gaps = usualGaps): readonly Blow[] {
  const random = randomOf(seed);
  const plan: Blow[] = [];
  for (let atMs = between(random, gaps.betweenMs); atMs < durationMs; atMs += between(random, gaps.betweenMs)) {
    plan.push({
      atMs,
      manner: oneOf(manners, random),
      target: oneOf(everyTarget, random),
      forMs: between(random, gaps.awayMs),
    });
  }
  return plan;
}

/** One blow per line, as `parsePlan` reads it back. */
export function printPlan(plan: readonly Blow[]): string {
  return plan.map(({ atMs, manner, target, forMs }) => `${atMs} ${manner} ${target} ${forMs}`).join('\n');
}

/** Reads a printed plan; lines may also be separated by semicolons. @throws naming the line that is none */
export function parsePlan(text: string): readonly Blow[] {
  const lines = text.split(/[\n;]/).map((line) => line.trim());
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const [atMs, manner, target, forMs] = line.split(/\s+/);
      const blow = { atMs: Number(atMs), manner, target, forMs: Number(forMs) } as Blow;
      const fits = manners.includes(blow.manner) && everyTarget.includes(blow.target);
      if (!fits || !(blow.atMs >= 0) || !(blow.forMs >= 0)) throw new Error(`no blow: ${line}`);
      return blow;
    });
}

function between(random: () => number, [low, high]: readonly [number, number]): number {
  return Math.round(low + random() * (high - low));
}

function oneOf<T>(list: readonly T[], random: () => number): T {
  return list[Math.floor(random() * list.length)] as T;
}

/** In an order that `random` decides. */
export function shuffled<T>(list: readonly T[], random: () => number): T[] {
  const left = [...list];
  return list.map(() => left.splice(Math.floor(random() * left.length), 1)[0] as T);
}
