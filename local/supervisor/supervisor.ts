import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { listensOn } from '../listeners.ts';
import { sendSignal, startTimeOf, stopTree } from '../processes.ts';
import type { ComponentSpec } from './component.ts';
import { openLog, tailOf } from './logs.ts';

const TAIL_LINES = 40; // an error of the database alone has more than twenty

/** A component could not be started, or ended by itself. The message holds the end of its log. */
export class ComponentFailure extends Error {
  override readonly name = 'ComponentFailure';
}

export interface RunningComponent {
  readonly spec: ComponentSpec;
  readonly pid: number;
  readonly startedAt: string;
  readonly logFile: string;
}

export interface SupervisorOptions {
  readonly logDir: string;
  /** Called whenever the set of processes changes, before anything else happens. */
  readonly onChange: (running: readonly RunningComponent[]) => void;
}

interface Watched extends RunningComponent {
  readonly child: ChildProcess;
}

/** Starts components as process groups of their own, watches them, and stops them in reverse order. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #running: Watched[] = [];
  #stopping: Promise<void> | undefined;
  #hurry = false;
  #reportFailure: (failure: ComponentFailure) => void = () => undefined;

  /** Resolves when a component that was up ends by itself. */
  readonly failure: Promise<ComponentFailure>;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.failure = new Promise((resolve) => {
      this.#reportFailure = resolve;
    });
    process.on('exit', this.#killAll); // the last resort: whatever ends this process ends the others
  }

  /** Starts a component and resolves when it is healthy. @throws {ComponentFailure} */
  async start(spec: ComponentSpec): Promise<void> {
    if (this.#stopping) throw new ComponentFailure(`${spec.name} was not started: the stack is stopping.`);
    const watched = this.#spawn(spec);
    const ended = once(watched.child, 'exit').then(() => 'ended' as const);
    const outcome = await Promise.race([ended, becomesHealthy(watched)]);
    if (outcome === 'healthy') {
      void ended.then(() => this.#onEnd(watched));
      return;
    }
    const reason =
      outcome === 'ended'
        ? `ended ${howItEnded(watched.child)}`
        : `was not healthy after ${spec.startTimeoutMs / 1000} s`;
    throw failureOf(watched, `${reason} while it was started`);
  }

  /** Stops everything, last started first; a second call while stopping with `hurry` kills at once. Never leaves a process. */
  stop({ hurry = false } = {}): Promise<void> {
    if (hurry) {
      this.#hurry = true;
      for (const { pid } of this.#running) killGroup(pid);
    }
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  async #stopAll(): Promise<void> {
    const failed: string[] = [];
    for (const watched of this.#running.toReversed()) {
      const { spec, pid } = watched;
      try {
        await stopTree(pid, { signal: this.#hurry ? 'SIGKILL' : spec.stopSignal, graceMs: spec.stopGraceMs });
        this.#running.splice(this.#running.indexOf(watched), 1);
        this.#options.onChange(this.#running);
      } catch (error) {
        failed.push(`${spec.name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    if (failed.length > 0) throw new Error(`Could not stop everything. ${failed.join('; ')}`);
    process.off('exit', this.#killAll);
  }

  readonly #killAll = (): void => {
    for (const { pid } of this.#running) killGroup(pid);
  };

  #spawn(spec: ComponentSpec): Watched {
    const log = openLog(this.#options.logDir, spec.name);
    try {
      const child = spawn(spec.file, spec.args, {
        cwd: spec.cwd,
        env: spec.env,
        stdio: ['ignore', log.fd, log.fd], // a file, not a pipe: it stays whole when we are killed
        detached: true,
        ...spec.account,
      });
      child.on('error', () => undefined); // seen as a missing pid
      const { pid } = child;
      if (pid === undefined) throw new ComponentFailure(`${spec.name}: ${spec.file} could not be started.`);
      const watched = { spec, child, pid, startedAt: startTimeOf(pid) ?? '', logFile: log.path };
      this.#running.push(watched);
      this.#options.onChange(this.#running);
      return watched;
    } finally {
      closeSync(log.fd);
    }
  }

  #onEnd(watched: Watched): void {
    if (!this.#stopping) this.#reportFailure(failureOf(watched, `ended ${howItEnded(watched.child)}`));
  }
}

async function becomesHealthy({ spec, child, pid }: Watched): Promise<'healthy' | 'timeout'> {
  const ports = Object.values(spec.ports);
  for (const end = Date.now() + spec.startTimeoutMs; Date.now() < end && !hasEnded(child); await pause(50)) {
    const answers = await spec.healthy().catch(() => false);
    if (answers && ports.every((port) => listensOn(pid, port) !== false)) return 'healthy'; // not somebody else's answer
  }
  return 'timeout';
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function howItEnded({ exitCode, signalCode }: ChildProcess): string {
  return signalCode === null ? `with exit code ${exitCode}` : `by ${signalCode}`;
}

function failureOf({ spec, logFile }: Watched, what: string): ComponentFailure {
  const tail = tailOf(logFile, TAIL_LINES).map((line) => `  ${line}`);
  return new ComponentFailure([`${spec.name} ${what}. The end of ${logFile}:`, ...tail].join('\n'));
}

function killGroup(pid: number): void {
  sendSignal(-pid, 'SIGKILL');
}
