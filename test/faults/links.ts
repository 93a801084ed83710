import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plan } from '../../local/plan.ts';
import type { ComponentSpec } from '../../local/supervisor/component.ts';
import { startWorld, type PartName, type World } from '../chaos/world.ts';
import { startFaultProxy, type FaultProxy } from './proxy.ts';

/** Every way from a process of ours to what it depends on, each with the settings that lead there. */
const ways = {
  'api-postgres': { part: 'api', to: 'postgres', settings: ['DATABASE_URL'] },
  'api-listen': { part: 'api', to: 'postgres', settings: ['DATABASE_URL_DIRECT'] },
  'api-temporal': { part: 'api', to: 'temporal', settings: ['TEMPORAL_ADDRESS'] },
  'worker-postgres': { part: 'worker', to: 'postgres', settings: ['DATABASE_URL', 'DATABASE_URL_SYSTEM'] },
  'worker-temporal': { part: 'worker', to: 'temporal', settings: ['TEMPORAL_ADDRESS'] },
  'worker-github': { part: 'worker', to: 'github', settings: ['TENON_GITHUB_API_BASE'] },
  'worker-smtp': { part: 'worker', to: 'smtp', settings: ['TENON_SMTP_URL'] },
} as const;

const WRONG_CLOCK = join(import.meta.dirname, 'wrong-clock.process.mjs');

export type LinkName = keyof typeof ways;
export const linkNames = Object.keys(ways) as LinkName[];

/** The stack of test/chaos with a proxy in each way, and a clock of its own in each process of ours. */
export interface LinkedWorld {
  readonly world: World;
  readonly links: Readonly<Record<LinkName, FaultProxy>>;
  /** Lets the clock of a process jump to so much off the true time, which everybody else has. */
  jump(part: 'api' | 'worker', offsetMs: number): Promise<void>;
  stop(): Promise<void>;
}

export async function startLinkedWorld(say: (line: string) => void, seed: number): Promise<LinkedWorld> {
  const clocks = await mkdtemp(join(tmpdir(), 'tenon-clocks-'));
  const jump = async (part: string, offsetMs: number): Promise<void> => {
    const next = join(clocks, `${part}.next`);
    await writeFile(next, String(offsetMs));
    await rename(next, join(clocks, part)); // never seen half-written
  };
  let opened: Promise<Record<LinkName, FaultProxy>> | undefined;
  const reshape = async (part: PartName, spec: ComponentSpec, plan: Plan): Promise<ComponentSpec> => {
    const links = await (opened ??= openLinks(plan, seed));
    if (part !== 'api' && part !== 'worker') return spec;
    await jump(part, 0);
    const env: Record<string, string> = { ...spec.env, TENON_FAULT_CLOCK: join(clocks, part) };
    for (const name of linkNames) {
      if (ways[name].part !== part) continue;
      const { to, settings } = ways[name];
      for (const setting of settings) {
        env[setting] = (env[setting] ?? '').replace(`127.0.0.1:${plan.ports[to]}`, `127.0.0.1:${links[name].port}`);
      }
    }
    return { ...spec, env, args: ['--import', 'tsx', '--import', WRONG_CLOCK, ...spec.args.slice(2)] };
  };
  const cleanUp = async (): Promise<void> => {
    const links = await opened;
    await Promise.all(Object.values(links ?? {}).map((link) => link.close()));
    await rm(clocks, { recursive: true, force: true });
  };
  try {
    const world = await startWorld(say, { reshape });
    const links = await (opened ?? Promise.reject(new Error('no part was asked')));
    return {
      world,
      links,
      jump,
      async stop() {
        for (const link of Object.values(links)) link.set({});
        await world.stop();
        await cleanUp();
      },
    };
  } catch (error) {
    await cleanUp();
    throw error;
  }
}

async function openLinks({ ports }: Plan, seed: number): Promise<Record<LinkName, FaultProxy>> {
  const opened = linkNames.map(
    async (name, place) => [name, await startFaultProxy({ port: ports[ways[name].to] }, seed + place)] as const,
  );
  return Object.fromEntries(await Promise.all(opened)) as Record<LinkName, FaultProxy>;
}
