import { join } from 'node:path';
import * as components from './components.ts';
import { prepareDatabase } from './database.ts';
import { readSkipped } from './github/templates/record.ts';
import { stateDir } from './paths.ts';
import { makePlan, type Plan, lastingPorts, usualPorts } from './plan.ts';
import { ensureSecrets } from './secrets.ts';
import { choosePorts, lostPort } from './supervisor/choose-ports.ts';
import type { ComponentSpec } from './supervisor/component.ts';
import { tailOf } from './supervisor/logs.ts';
import { readStackFile, type StackComponent, type StackFile, writeStackFile } from './supervisor/stack-file.ts';
import { stopStale } from './supervisor/stale.ts';
import { type RunningComponent, Supervisor } from './supervisor/supervisor.ts';
import { ensureTemporalCli } from './temporal/cli.ts';
import { answersFor } from './temporal/ready.ts';

const PROGRESS_MS = 5_000;
const ATTEMPTS = 3; // ports are free when they are chosen, seconds before they are used
const logDir = join(stateDir, 'logs');
/** The order of the stack file and of stopping (reversed). */
const ORDER = ['postgres', 'temporal', 'github', 'identity', 'mailbox', 'worker', 'api'];

/** The local stack. The caller holds the lock of the state folder while it uses one. */
export class Stack {
  readonly #say: (line: string) => void;
  #supervisor: Supervisor;
  #state: StackFile['state'] = 'starting';
  #plan: Plan | undefined;
  #running: readonly RunningComponent[] = [];
  readonly #external: StackComponent[] = [];
  readonly #steps: Promise<void>[] = [];

  constructor(say: (line: string) => void) {
    this.#say = say;
    this.#supervisor = this.#newSupervisor();
  }

  /** Resolves when a component ends by itself; to be asked for when the stack is up. */
  get failure(): Supervisor['failure'] {
    return this.#supervisor.failure;
  }

  /** Starts everything. @throws with a sentence; the caller then stops the stack. */
  async start(): Promise<StackFile> {
    for (const name of await stopStale(readStackFile())) {
      this.#say(`Stopped ${name}, which an earlier stack had left behind.`);
    }
    for (let attempt = 1; ; attempt += 1) {
      const ports = await choosePorts(usualPorts, lastingPorts(readStackFile()), this.#say);
      try {
        await this.#startAll(makePlan(ports, await ensureSecrets(stateDir)));
        this.#state = 'running';
        return this.#record();
      } catch (error) {
        await this.#supervisor.stop();
        await Promise.allSettled(this.#steps);
        if (this.#state !== 'starting' || attempt === ATTEMPTS || !(await lostPort(error, ports))) throw error;
        this.#say('Somebody else took a port meanwhile: once more.');
        this.#supervisor = this.#newSupervisor();
      }
    }
  }

  /** Stops everything that was started, and waits for tools that were still at work; `hurry` kills. */
  async stop({ hurry = false } = {}): Promise<void> {
    this.#state = 'stopping';
    await this.#supervisor.stop({ hurry });
    await Promise.allSettled(this.#steps);
    this.#state = 'stopped';
    this.#record();
  }

  async #startAll(plan: Plan): Promise<void> {
    this.#plan = plan;
    this.#external.length = 0;
    if (plan.databaseAdmin === undefined) this.#external.push(externalComponent('postgres', {}));
    if (!plan.ownTemporal) this.#external.push(await externalTemporal(plan));
    const cli = plan.ownTemporal ? await ensureTemporalCli(this.#say) : undefined;
    const failed = this.#supervisor.failure.then((failure) => {
      throw failure;
    });
    await Promise.race([
      failed,
      Promise.all([
        this.#startDatabase(plan),
        cli !== undefined && this.#start(components.temporalComponent(plan, cli)),
        this.#startGithub(plan),
        this.#start(components.identityComponent(plan)),
        this.#start(components.mailboxComponent(plan)),
      ]),
    ]);
    await Promise.race([
      failed,
      Promise.all([this.#start(components.workerComponent(plan)), this.#start(components.apiComponent(plan))]),
    ]);
  }

  async #startDatabase(plan: Plan): Promise<void> {
    if (plan.databaseAdmin !== undefined) {
      await this.#timed('postgres', async () => this.#supervisor.start(await components.postgresComponent(plan)));
    }
    await this.#timed('database', () => prepareDatabase(plan));
  }

  async #startGithub(plan: Plan): Promise<void> {
    await this.#start(components.githubComponent(plan));
    for (const { key, reason } of await readSkipped(plan.dirs.github))
      this.#say(`Template ${key} is skipped: ${reason}`);
  }

  #start(spec: ComponentSpec): Promise<void> {
    return this.#timed(spec.name, () => this.#supervisor.start(spec));
  }

  #timed(name: string, work: () => Promise<unknown>): Promise<void> {
    const step = this.#report(name, work);
    this.#steps.push(step);
    return step;
  }

  async #report(name: string, work: () => Promise<unknown>): Promise<void> {
    const startedAt = performance.now();
    const seconds = (): string => ((performance.now() - startedAt) / 1000).toFixed(1);
    const progress = setInterval(() => {
      const [line] = tailOf(join(logDir, `${name}.log`), 1);
      this.#say(`${name.padEnd(10)} … ${seconds()} s${line === undefined ? '' : `: ${messageIn(line)}`}`);
    }, PROGRESS_MS);
    try {
      await work();
    } finally {
      clearInterval(progress);
    }
    this.#say(`${name.padEnd(10)} ready in ${seconds()} s`);
  }

  #newSupervisor(): Supervisor {
    return new Supervisor({
      logDir,
      onChange: (running) => {
        this.#running = running;
        this.#record();
      },
    });
  }

  #record(): StackFile {
    const file: StackFile = {
      state: this.#state,
      issuer: this.#plan?.addresses.issuer ?? readStackFile()?.issuer ?? '',
      audience: this.#plan?.addresses.audience ?? readStackFile()?.audience ?? '',
      components: this.#describe(),
    };
    writeStackFile(file);
    return file;
  }

  /** What runs, and what ran before: its ports are wanted again by the next start. */
  #describe(): StackComponent[] {
    const before = readStackFile()?.components ?? [];
    const described = new Map<string, StackComponent>(
      before.map((one) => [one.name, { ...one, pid: null, startedAt: null }]),
    );
    for (const external of this.#external) described.set(external.name, external);
    for (const { spec, pid, startedAt, logFile } of this.#running) {
      const { name, urls, ports } = spec;
      described.set(name, { name, urls, ports, pid, startedAt, logFile });
    }
    return [...described.values()].sort((a, b) => ORDER.indexOf(a.name) - ORDER.indexOf(b.name));
  }
}

function externalComponent(name: string, urls: Readonly<Record<string, string>>): StackComponent {
  return { name, urls, ports: {}, pid: null, startedAt: null, logFile: null };
}

async function externalTemporal({ addresses }: Plan): Promise<StackComponent> {
  const { TEMPORAL_API_KEY: apiKey, TEMPORAL_TLS } = process.env;
  const { temporal: address, temporalNamespace: namespace, temporalUi } = addresses;
  await answersFor({ address, namespace, apiKey, tls: TEMPORAL_TLS === '1' }).catch((cause: unknown) => {
    throw new Error(`No Temporal server answers at TEMPORAL_ADDRESS=${address} for the namespace ${namespace}.`, {
      cause,
    });
  });
  return externalComponent('temporal', { main: address, ui: temporalUi });
}

/** The text of a log line, which may be a JSON object with a message. */
function messageIn(line: string): string {
  const [, text = line] = /"(?:message|msg)":"((?:[^"\\]|\\.)*)"/.exec(line) ?? [];
  return text.slice(0, 120);
}
