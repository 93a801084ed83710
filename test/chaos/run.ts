import { setTimeout as pause } from 'node:timers/promises';
import type { Ledger } from './client.ts';
import { collectFacts } from './collect.ts';
import { violationsIn } from './invariants.ts';
import { unsettledRows, untilSettled } from './quiet.ts';
import { printPlan, type Blow } from './scheduler.ts';
import { newLedger, runWorkload, type WorkloadOptions } from './workload.ts';
import type { World } from './world.ts';

/** How a blow was got over, in ms. */
export interface Recovery {
  readonly blow: Blow;
  /** From the moment that the part was let go until it was healthy. */
  readonly upMs: number;
  /** From then until all that was unfinished at that moment was done: what those who wait notice. */
  readonly settledMs: number;
  /** How much was unfinished then, and what of it was done last. */
  readonly unfinished: number;
  readonly last: readonly string[];
}

export interface ChaosReport {
  readonly recoveries: readonly Recovery[];
  readonly journeys: number;
  readonly ledger: Ledger;
  readonly violations: readonly string[];
}

export interface ChaosOptions {
  readonly plan: readonly Blow[];
  readonly workload: Omit<WorkloadOptions, 'isOver'>;
  /** Strikes only when the blow before is got over, `atMs` being counted from there: what is measured is then of one blow alone. */
  readonly apart?: boolean;
  /** How long the system may take to become quiet after the last blow. */
  readonly quietLimitMs: number;
}

const APART_MS = 2_000;
const SLOW_MS = 10_000; // DESIGN 6: where a person waits
const BOUND =
  '  DESIGN 6 allows 10 s where a person waits and 30 s elsewhere, counted from the part’s return; other blows add theirs';

/** Strikes a world while its workload runs, lets it come back, and checks that nothing was lost or done twice. */
export async function runChaos(
  world: World,
  { plan, workload, quietLimitMs, apart = false }: ChaosOptions,
): Promise<ChaosReport> {
  const ledger = newLedger();
  const violations: string[] = [];
  const note = (what: string) => (error: unknown) => {
    violations.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  };
  let blowsLeft = plan.length;
  const startedAt = performance.now();
  const work = runWorkload(world, ledger, { ...workload, isOver: () => blowsLeft === 0 }).catch(
    note('a client gave up'),
  );
  const strike = async (blow: Blow, since: number): Promise<Recovery | undefined> => {
    await pause(Math.max(0, blow.atMs - (performance.now() - since)));
    const upMs = await world.strike(blow).catch(note(`${blow.target} did not come back`));
    blowsLeft -= 1;
    if (upMs === undefined) return undefined;
    const settled = await timeToSettle(world, quietLimitMs).catch(note(`after ${blow.manner} ${blow.target}`));
    return settled && { blow, upMs, ...settled };
  };
  const recoveries: (Recovery | undefined)[] = [];
  if (apart) for (const blow of plan) recoveries.push(await strike({ ...blow, atMs: APART_MS }, performance.now()));
  else recoveries.push(...(await Promise.all(plan.map((blow) => strike(blow, startedAt)))));
  const journeys = (await work) ?? 0;
  await untilSettled(world, quietLimitMs).catch(note('the system does not become quiet'));
  violations.push(...world.deaths, ...ledger.broken);
  violations.push(...violationsIn(await collectFacts(world, ledger.secrets), ledger.accepted, ledger.cancelled));
  return { recoveries: recoveries.filter((one) => one !== undefined), journeys, ledger, violations };
}

async function timeToSettle(world: World, limitMs: number): Promise<Omit<Recovery, 'blow' | 'upMs'>> {
  const startedAt = performance.now();
  for (;;) {
    const names = await unsettledRows(world).catch(() => undefined); // the next blow may have hit the database
    const last = names ? await untilSettled(world, limitMs, names) : [];
    const settledMs = performance.now() - startedAt;
    if (names || settledMs > limitMs) return { settledMs, unfinished: names?.length ?? 0, last };
    await pause(100);
  }
}

/** What a person needs to see the same again, and what was measured. */
export function describeRun(seed: number, plan: readonly Blow[], report: ChaosReport): string {
  const { recoveries, journeys, ledger, violations } = report;
  const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
  const lines = recoveries.map(
    ({ blow: { manner, target, forMs }, upMs, settledMs, unfinished, last }) =>
      `  ${manner} ${target}, away ${seconds(forMs)}: up in ${seconds(upMs)}, what was unfinished (${unfinished}) done ${seconds(settledMs)} later${settledMs > SLOW_MS ? `: ${last.slice(0, 2).join(', ')}` : ''}`,
  );
  return [
    `chaos seed ${seed}: ${journeys} journeys, ${ledger.accepted.length} accepted requests, ${ledger.retries} retries, ${plan.length - recoveries.length} blows missed, ${violations.length} violations`,
    ...lines,
    BOUND,
    ...(violations.length === 0 ? [] : ['  plan:', printPlan(plan), '  violations:', ...violations.slice(0, 40)]),
  ].join('\n');
}
