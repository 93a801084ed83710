import { setTimeout as pause } from 'node:timers/promises';
import { rowsIn } from '../database.ts';
import type { World } from '../world.ts';
import type { Board, Fired } from './board.ts';
import { boundMs, type Point } from './catalogue.ts';

/** How one kill at a point was got over. */
export interface PointRecovery {
  readonly point: Point;
  /** From the kill until another process in its place was healthy. */
  readonly upMs: number;
  /** From the kill until all that was in hand had come to an end, by whoever took it up. */
  readonly recoveredMs: number;
  /** Other kills in that time: each adds its own. */
  readonly others: number;
}

/** Whether it was as soon as DESIGN 6 says, from the part's return; undefined when other kills came between. */
export function isInTime({ point, upMs, recoveredMs, others }: PointRecovery): boolean | undefined {
  if (recoveredMs - upMs <= boundMs(point)) return true;
  return others === 0 ? false : undefined;
}

const LOOK_EVERY_MS = 100;

/** Follows what struck processes had in hand. */
export class Recoveries {
  readonly all: PointRecovery[] = [];
  readonly #world: World;
  readonly #board: Board;
  readonly #points: readonly Point[];
  readonly #watches: Promise<unknown>[] = [];
  /** Kills that are not got over yet. */
  underWay = 0;

  constructor(world: World, board: Board, points: readonly Point[]) {
    this.#world = world;
    this.#board = board;
    this.#points = points;
  }

  /** @returns a sentence @throws when it was not got over in time */
  watch(fired: Fired, limitMs: number): Promise<string> {
    this.underWay += 1;
    const watch = this.#watch(fired, limitMs).finally(() => (this.underWay -= 1));
    this.#watches.push(watch.catch(() => undefined));
    return watch;
  }

  async settled(): Promise<void> {
    await Promise.all(this.#watches);
  }

  async #watch(fired: Fired, limitMs: number): Promise<string> {
    const point = this.#points.find(({ name }) => name === fired.point);
    const backAt = await this.#until(`${fired.point}: its part did not come back`, limitMs, () =>
      Promise.resolve(this.#board.backAfter(fired)),
    );
    const upMs = backAt - fired.at;
    let recoveredMs = upMs;
    for (const victim of fired.victims) {
      const endedAt = await this.#until(`${fired.point}: ${victim} was not taken up`, limitMs, () =>
        this.#endOf(victim, fired.at),
      );
      recoveredMs = Math.max(recoveredMs, endedAt - fired.at);
    }
    const others = this.#board.fired().filter(({ at }) => at > fired.at && at < fired.at + recoveredMs).length;
    const took = `${fired.point}: up after ${seconds(upMs)}, got over after ${seconds(recoveredMs)}, ${others} other kills meanwhile`;
    if (point) this.all.push({ point, upMs, recoveredMs, others });
    return took;
  }

  /**
   * By the line that a later process wrote; of an outbox entry by its row, because who marks it may be killed before it hears so; or
   * by the end of the workflow, which needs no more of it then.
   */
  async #endOf(victim: string, after: number): Promise<number | undefined> {
    const line = this.#board.ends().get(victim);
    if (line !== undefined && line >= after) return line;
    const [kind, id = ''] = victim.split(':');
    if (kind === 'outbox') return this.#deliveredAt(id).catch(() => undefined);
    if (kind !== 'activity' && kind !== 'closed') return undefined;
    const handle = this.#world.temporal.workflow.getHandle(id);
    const { closeTime } = await handle.describe().catch(() => ({ closeTime: undefined }));
    return closeTime?.getTime();
  }

  async #deliveredAt(id: string): Promise<number | undefined> {
    const sql = 'select delivered_at as at from outbox where id = $1';
    const [row] = await rowsIn<{ at: Date | null }>(this.#world, sql, [id]);
    return row?.at?.getTime();
  }

  async #until(what: string, limitMs: number, look: () => Promise<number | undefined>): Promise<number> {
    for (const end = performance.now() + limitMs; ; await pause(LOOK_EVERY_MS)) {
      const at = await look();
      if (at !== undefined) return at;
      if (performance.now() > end) throw new Error(`${what} within ${limitMs / 1_000} s`);
    }
  }
}

export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
