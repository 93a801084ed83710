import { setTimeout as pause } from 'node:timers/promises';
import { collectFacts } from '../collect.ts';
import { violationsIn } from '../invariants.ts';
import { untilSettled } from '../quiet.ts';
import { randomOf, shuffled } from '../scheduler.ts';
import { rowsIn } from '../database.ts';
import { stories } from '../stories.ts';
import { newLedger } from '../workload.ts';
import type { World } from '../world.ts';
import type { Board, Fired } from './board.ts';
import type { Point } from './catalogue.ts';
import { Recoveries, type PointRecovery } from './recoveries.ts';

export interface MatrixOptions {
  readonly points: readonly Point[];
  readonly seed: number;
  /** Journeys at the same time. */
  readonly lanes: number;
  /** After which points that were not reached count as unreachable. */
  readonly limitMs: number;
  readonly quietLimitMs: number;
  /** One point at a time, and the next when it is got over: what is measured is then of one kill alone. */
  readonly apart?: boolean;
  readonly say: (line: string) => void;
}

export interface MatrixReport {
  readonly recoveries: readonly PointRecovery[];
  readonly journeys: number;
  readonly violations: readonly string[];
}

/** So many of each part are armed at once: rare ones wait while the others fire. */
const ARMED_AT_ONCE = 2;
const COMPANION_EVERY_MS = 10_000; // what it leaves behind is the relay's after 5 s
const MEMBER_EACH = 6; // of the lives, whatever the points need: accounts, roles and tokens are to be struck, too
const LOOK_EVERY_MS = 50;
const EXPIRES_AFTER_SECONDS = 3;

/** Lives and kills until every point has fired, then quiet, and all invariants. */
export async function runMatrix(world: World, board: Board, options: MatrixOptions): Promise<MatrixReport> {
  const { points, seed, lanes, limitMs, quietLimitMs, say, apart = false } = options;
  const ledger = newLedger();
  const violations: string[] = [];
  const note = (error: unknown): void => void violations.push(String(error));
  const random = randomOf(seed);
  const left = shuffled(points, random);
  const seen = new Set<Fired>();
  const recoveries = new Recoveries(world, board, points);
  let journeys = 0;
  await rowsIn(world, `update organizations set invite_life_seconds = $1 where slug = 'quickco'`, [
    EXPIRES_AFTER_SECONDS,
  ]);

  const lane = async (at: number): Promise<void> => {
    for (let next = at; left.length > 0; next += 1) {
      const wanted = left[next % Math.min(left.length, ARMED_AT_ONCE * 2)]?.story ?? 'member';
      const story = next % MEMBER_EACH === 0 ? 'member' : wanted;
      const name = `points-${seed}-${(journeys += 1)}`;
      await stories[story]({ world, ledger, name }).catch((error: unknown) =>
        note(`${story} ${name}: ${String(error)}`),
      );
    }
  };
  const armed = new Set<string>();
  let companionAt = 0;
  const arm = (): void => {
    const isBusy = (part: Point['part']): boolean =>
      board.fired().some((one) => one.part === part && !board.backAfter(one));
    const next = apart
      ? [left.slice(0, 1)]
      : (['worker', 'api'] as const)
          .filter((part) => !isBusy(part))
          .map((part) => left.filter((point) => point.part === part).slice(0, ARMED_AT_ONCE));
    if (apart && recoveries.underWay > 0) return;
    for (const { name, after } of next.flat()) {
      if (!armed.has(name)) board.arm(name);
      armed.add(name);
      if (after === undefined || performance.now() < companionAt) continue;
      board.arm(after);
      companionAt = performance.now() + COMPANION_EVERY_MS;
    }
  };
  const work = Promise.all(Array.from({ length: lanes }, (_, at) => lane(at)));
  for (
    const end = performance.now() + limitMs;
    left.length > 0 && performance.now() < end;
    await pause(LOOK_EVERY_MS)
  ) {
    for (const one of board.fired()) {
      if (seen.has(one)) continue;
      seen.add(one);
      const at = left.findIndex(({ name }) => name === one.point);
      if (at >= 0) left.splice(at, 1);
      void recoveries.watch(one, quietLimitMs).then((what) => say(`  ${what}, ${left.length} points left`), note);
    }
    arm();
  }
  board.disarmAll();
  violations.push(...left.splice(0).map(({ name }) => `${name} was never reached`));
  await work;
  await recoveries.settled();
  await untilSettled(world, quietLimitMs).catch(note);
  violations.push(...world.deaths, ...ledger.broken);
  violations.push(...violationsIn(await collectFacts(world, ledger.secrets), ledger.accepted, ledger.cancelled));
  return { recoveries: recoveries.all, journeys, violations };
}
