import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ComponentSpec } from '../../../local/supervisor/component.ts';

/** A process has ended itself at a point. */
export interface Fired {
  readonly point: string;
  readonly pid: number;
  readonly part: string;
  /** When, in ms since 1970. */
  readonly at: number;
  /** What it had in hand. */
  readonly victims: readonly string[];
}

/** The harness's side of reach.ts: a folder in which points are armed and struck processes leave word. */
export class Board {
  readonly #dir: string;
  readonly #fired: Fired[] = [];
  readonly #backs: { readonly part: string; readonly at: number }[] = [];

  constructor(dir: string) {
    this.#dir = dir;
    for (const name of ['armed', 'fired']) mkdirSync(join(dir, name), { recursive: true });
  }

  /** The same process, which ends itself where a point is armed. */
  tapped(part: string, spec: ComponentSpec): ComponentSpec {
    const [first = '', second = '', ...rest] = spec.args; // --import tsx: ours loads TypeScript
    const preload = fileURLToPath(new URL('preload.process.mjs', import.meta.url));
    return {
      ...spec,
      args: [first, second, '--import', preload, ...rest],
      env: { ...spec.env, TENON_CHAOS_POINTS: this.#dir, TENON_CHAOS_PART: part },
    };
  }

  arm(point: string): void {
    writeFileSync(join(this.#dir, 'armed', point), '');
  }

  disarmAll(): void {
    for (const name of readdirSync(join(this.#dir, 'armed'))) rmSync(join(this.#dir, 'armed', name), { force: true });
  }

  /** Whether this process has ended itself. */
  hasFired(pid: number): boolean {
    return this.fired().some((one) => one.pid === pid);
  }

  /** All so far, in the order in which they were seen; one that is just being written is told next time. */
  fired(): readonly Fired[] {
    for (const point of readdirSync(join(this.#dir, 'fired'))) {
      const text = this.#read(`fired/${point}`);
      if (!text.endsWith('}')) continue;
      rmSync(join(this.#dir, 'fired', point)); // so that it can be armed once more
      this.#fired.push({ point, ...(JSON.parse(text) as Omit<Fired, 'point'>) });
    }
    return this.#fired;
  }

  /** When each thing in hand last came to an end, in ms since 1970. */
  ends(): ReadonlyMap<string, number> {
    const lines = this.#read('ended').split('\n').slice(0, -1);
    return new Map(lines.map((line) => [line.slice(line.indexOf(' ') + 1), Number.parseInt(line, 10)]));
  }

  /** A process in the place of one that has struck itself is healthy. */
  onBack(part: string): void {
    this.#backs.push({ part, at: Date.now() });
  }

  /** When the part of a struck process was up again; undefined while it is not. */
  backAfter({ part, at }: Fired): number | undefined {
    return this.#backs.find((back) => back.part === part && back.at > at)?.at;
  }

  /** Names of the activities that the worker offers. */
  offered(): string[] {
    return this.#read('offered').split('\n');
  }

  #read(name: string): string {
    const path = join(this.#dir, name);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }
}
