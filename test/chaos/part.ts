import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { sendSignal, startTimeOf, treeOf } from '../../local/processes.ts';
import type { ComponentSpec } from '../../local/supervisor/component.ts';
import { Supervisor } from '../../local/supervisor/supervisor.ts';
import type { Manner } from './scheduler.ts';

export interface PartOptions {
  readonly name: string;
  /** Asked at each start: preparing a cluster removes the lock of the server that was killed. */
  readonly spec: () => ComponentSpec | Promise<ComponentSpec>;
  readonly logDir: string;
  /** Whatever has to be told to the part each time that it is up. */
  readonly onUp?: () => Promise<void>;
  /** It ended although nobody struck it. */
  readonly onDeath: (reason: string) => void;
  /** Of a part that may strike itself, see points/: such an end is none by mistake, and it comes back at once. */
  readonly self?: SelfStruck;
}

export interface SelfStruck {
  hasFired(pid: number): boolean;
  /** Another process has taken its place and is healthy. */
  onBack(): void;
}

const TRIES = 3;

/** One component as a process of its own that can be struck and comes back; each life has its own log. */
export class Part {
  readonly #options: PartOptions;
  #supervisor: Supervisor | undefined;
  #pid = 0;
  #lives = 0;
  #struck: Promise<unknown> | undefined;

  constructor(options: PartOptions) {
    this.#options = options;
  }

  /** @throws when it does not become healthy, after some tries: the Temporal dev server draws ports that others may take */
  async start(): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#live();
      } catch (error) {
        const isPlanned = this.#options.self?.hasFired(this.#pid) ?? false;
        await this.#supervisor?.stop();
        if (isPlanned) tries -= 1;
        else if (tries === TRIES) throw error;
      }
    }
  }

  async #live(): Promise<void> {
    const { name, spec, logDir, onUp } = this.#options;
    const supervisor = new Supervisor({
      logDir: join(logDir, `${name}-${(this.#lives += 1)}`),
      onChange: ([running]) => {
        this.#pid = running?.pid ?? 0;
      },
    });
    this.#supervisor = supervisor;
    await supervisor.start(await spec());
    const pid = this.#pid;
    void supervisor.failure.then(({ message }) => this.#onEnd(pid, message));
    await onUp?.();
  }

  /** Nobody has asked it to end. */
  #onEnd(pid: number, message: string): void {
    const { self, onDeath } = this.#options;
    if (!self?.hasFired(pid)) return onDeath(message);
    const before = this.#struck;
    this.#struck = Promise.resolve(before)
      .then(() => this.#replace('restart', 0))
      .then(() => self.onBack())
      .catch((error: unknown) => onDeath(String(error)))
      .finally(() => (this.#struck = undefined));
  }

  /**
   * @returns how long it took from its return until it was healthy, in ms; undefined when the blow before is not got over yet:
   * who is struck again at each start serves nobody, and clients rightly give up
   */
  async strike(manner: Manner, forMs: number): Promise<number | undefined> {
    if (this.#struck) return undefined;
    const blow = manner === 'pause' ? this.#pause(forMs) : this.#replace(manner, forMs);
    this.#struck = blow.catch(() => undefined);
    try {
      return await blow;
    } finally {
      this.#struck = undefined;
    }
  }

  /** Ends it for good, also from the middle of a blow. */
  async stop(): Promise<void> {
    await this.#struck;
    await this.#supervisor?.stop();
  }

  async #replace(manner: Manner, forMs: number): Promise<number> {
    if (manner === 'kill') for (const { pid } of treeOf(this.#pid)) sendSignal(pid, 'SIGKILL');
    await this.#supervisor?.stop(); // in the same turn of the loop, so that the end is not taken for a death by itself
    await pause(forMs);
    const startedAt = performance.now();
    await this.start();
    return performance.now() - startedAt;
  }

  async #pause(forMs: number): Promise<number> {
    const stopped = treeOf(this.#pid);
    for (const { pid } of stopped) sendSignal(pid, 'SIGSTOP');
    try {
      await pause(forMs);
    } finally {
      for (const { pid, startedAt } of stopped) if (startTimeOf(pid) === startedAt) sendSignal(pid, 'SIGCONT');
    }
    return 0;
  }
}
