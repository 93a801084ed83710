import { randomInt } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import * as components from '../../local/components.ts';
import { prepareDatabase } from '../../local/database.ts';
import { controlClient, type ControlClient } from '../../local/github/control/client.ts';
import { makePlan, usualPorts, type Plan, type PortName } from '../../local/plan.ts';
import { isFree } from '../../local/ports.ts';
import { prepareCluster } from '../../local/postgres/cluster.ts';
import { answersQueries } from '../../local/postgres/ready.ts';
import { ensureSecrets } from '../../local/secrets.ts';
import type { Ports } from '../../local/supervisor/choose-ports.ts';
import type { ComponentSpec } from '../../local/supervisor/component.ts';
import { ensureTemporalCli } from '../../local/temporal/cli.ts';
import { makeRunFolder } from '../support/run-folder.ts';
import { Part, type SelfStruck } from './part.ts';
import type { Blow, Target } from './scheduler.ts';

/** The whole stack as real processes on free ports, with a state folder of its own. */
export interface World {
  readonly plan: Plan;
  readonly logDir: string;
  /** Where the API listens: one address, or two of which either may be asked. */
  readonly apis: readonly string[];
  readonly github: ControlClient;
  /** The client of the harness; its connection finds the server again after each restart. */
  readonly temporal: Client;
  /** Sentences about parts that ended although nobody struck them, or did not come back. */
  readonly deaths: string[];
  /** @returns how long the part took to be healthy again after it was let go, in ms; undefined when it was away already */
  strike(blow: Blow): Promise<number | undefined>;
  /** Ends every process by its id and removes the folder. */
  stop(): Promise<void>;
}

export type PartName = Target;

export interface WorldOptions {
  /** Asked at each start of a part: what it is told may be changed, e.g. to meet others through a proxy. */
  readonly reshape?: (name: PartName, spec: ComponentSpec, plan: Plan) => ComponentSpec | Promise<ComponentSpec>;
  /** A second worker and a second API beside the first. */
  readonly withReplicas?: boolean;
  /** Parts that may end themselves, see points/. */
  readonly self?: (name: PartName) => SelfStruck | undefined;
}

const FORCED_RUN_MS = 150; // tests are not executed: kills are about how results travel, not about npm

export async function startWorld(
  say: (line: string) => void,
  { reshape = (_name, spec) => spec, self, withReplicas = false }: WorldOptions = {},
): Promise<World> {
  const dir = await makeRunFolder('tenon-chaos-');
  const logDir = join(dir, 'logs');
  const plan = await planIn(dir);
  const { addresses, secrets } = plan;
  const github = controlClient(addresses.github, secrets.githubToken);
  const cli = await ensureTemporalCli(say);
  const deaths: string[] = [];
  const parts = new Map<PartName, Part>();
  const cleanups: (() => Promise<unknown>)[] = [() => rm(dir, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const undo of cleanups.splice(0).toReversed()) await undo();
  };
  async function start(name: PartName, spec: () => ComponentSpec | Promise<ComponentSpec>, onUp?: () => Promise<void>) {
    const selfStruck = self?.(name);
    const part = new Part({
      name,
      logDir,
      spec: async () => marked(await reshape(name, await spec(), plan)),
      onDeath: (reason) => deaths.push(reason),
      ...(onUp && { onUp }),
      ...(selfStruck && { self: selfStruck }),
    });
    parts.set(name, part);
    cleanups.push(() => part.stop());
    await part.start();
  }
  try {
    await settled([
      start('postgres', () => postgres(plan, dir)).then(() => prepareDatabase(plan)),
      start('temporal', () => components.temporalComponent(plan, cli)),
      start(
        'github',
        () => components.githubComponent(plan),
        () => forceRuns(github),
      ),
      start('identity', () => components.identityComponent(plan)),
      start('mailbox', () => components.mailboxComponent(plan)),
    ]);
    await settled([
      start('worker', () => components.workerComponent(plan)),
      start('api', () => components.apiComponent(plan)),
    ]);
    const second = withReplicas ? await secondOf(plan) : undefined;
    if (second) {
      await settled([start('worker2', () => second.worker), start('api2', () => second.api)]);
    }
    const connection = Connection.lazy({ address: addresses.temporal });
    cleanups.push(() => connection.close());
    return {
      plan,
      logDir,
      apis: [addresses.api, ...(second ? [second.address] : [])],
      github,
      temporal: new Client({ connection, namespace: addresses.temporalNamespace }),
      deaths,
      strike: async ({ target, manner, forMs }) => parts.get(target)?.strike(manner, forMs),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The same programs once more on other ports; to the outside the API has one name. */
async function secondOf(plan: Plan): Promise<{ worker: ComponentSpec; api: ComponentSpec; address: string }> {
  const taken = Object.values(plan.ports);
  const api = await quietPort(taken);
  const workerMetrics = await quietPort([...taken, api]);
  const address = `http://127.0.0.1:${api}`;
  const other: Plan = {
    ...plan,
    ports: { ...plan.ports, api, workerMetrics },
    addresses: { ...plan.addresses, api: address, apiPort: api, workerMetricsPort: workerMetrics },
  };
  const spec = components.apiComponent(other);
  return {
    worker: components.workerComponent(other),
    api: { ...spec, env: { ...spec.env, TENON_PUBLIC_URL: plan.addresses.api } },
    address,
  };
}

/** Waits for all, also when one fails: what is still starting must be known before it can be stopped. */
async function settled(works: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(works)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

/** Below the ports that systems give to outgoing connections: ours must still be free when a part comes back to it. */
async function quietPort(taken: readonly number[]): Promise<number> {
  for (;;) {
    const port = randomInt(12_000, 30_000);
    if (!taken.includes(port) && (await isFree(port))) return port;
  }
}

async function planIn(dir: string): Promise<Plan> {
  const ports = new Map<PortName, number>();
  for (const name of Object.keys(usualPorts) as PortName[]) ports.set(name, await quietPort([...ports.values()]));
  const plan = makePlan(Object.fromEntries(ports) as Ports<PortName>, await ensureSecrets(join(dir, 'state')), {});
  return {
    ...plan,
    dirs: {
      github: join(dir, 'github'),
      mail: join(dir, 'mail'),
      identityKey: join(dir, 'identity-key.json'),
      temporalDb: join(dir, 'temporal.db'),
    },
  };
}

/** Durable, or a killed server would rightly lose what it had confirmed; in our folder, not in the developer's own stack's. */
async function postgres({ ports, secrets, databaseAdmin = '' }: Plan, dir: string): Promise<ComponentSpec> {
  const command = await prepareCluster({
    dir: join(dir, 'postgres'),
    stateId: secrets.stateId,
    password: secrets.postgresAdmin,
    port: ports.postgres,
    durable: true,
  });
  return {
    ...command,
    name: 'postgres',
    urls: {},
    ports: { postgres: ports.postgres },
    healthy: () => answersQueries(databaseAdmin),
    startTimeoutMs: 60_000,
    stopSignal: 'SIGINT',
    stopGraceMs: 15_000,
  };
}

/** Lets scripts/test.ts recognise what a broken harness would leave behind. */
function marked(spec: ComponentSpec): ComponentSpec {
  const { TENON_TEST_RUN } = process.env;
  return TENON_TEST_RUN === undefined ? spec : { ...spec, env: { ...spec.env, TENON_TEST_RUN } };
}

/** The local GitHub forgets this when it dies; a run that comes before is executed for real, which is only slower. */
async function forceRuns(github: ControlClient): Promise<void> {
  const results = JSON.stringify({ passed: 3, failed: 0, total: 3, stdout: 'ok', stderr: '' });
  const artifacts = [{ name: 'tenon-test-results', entries: [{ path: 'tenon-test-results.json', text: results }] }];
  await github.nextRuns({ conclusion: 'success', artifacts, afterMs: FORCED_RUN_MS, count: 1_000_000 });
}
