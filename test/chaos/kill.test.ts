import assert from 'node:assert/strict';
import { collectFacts } from './collect.ts';
import { violationsIn } from './invariants.ts';
import * as plants from './plants.ts';
import { regressions } from './regressions.ts';
import { describeRun, runChaos } from './run.ts';
import { oneKillEach, parsePlan, soakPlan, type Blow } from './scheduler.ts';
import { chaosSeed, isFull, say } from './seed.ts';
import { startWorld, type World } from './world.ts';

const given = process.env['TENON_CHAOS_PLAN'];
const QUICK_GAPS = { betweenMs: [500, 2_000], awayMs: [50, 1_500] } as const;
const MATRIX = [1, 2, 3].map((more) => chaosSeed + more);
const MATRIX_MS = 25_000;

describe('the whole stack while its parts are killed', function () {
  this.timeout(300_000);
  let world: World;
  before(async () => {
    world = await startWorld(say, { withReplicas: isFull });
  });
  after(() => world?.stop());

  interface Survival {
    readonly seed: number;
    readonly plan: readonly Blow[];
    readonly days: number;
    readonly apart?: boolean;
  }

  async function survive({ seed, plan, days, apart = false }: Survival): Promise<void> {
    const report = await runChaos(world, {
      plan,
      workload: { label: `seed-${seed}`, lanes: 3, most: 60, days },
      quietLimitMs: 90_000,
      apart,
    });
    const told = describeRun(seed, plan, report);
    say(told);
    const repeat = `TENON_CHAOS_SEED=${chaosSeed} npm run test${isFull ? ':full' : ''} -- test/chaos/kill.test.ts`;
    assert.deepEqual(report.violations, [], `${told}\n  again: ${repeat}, or npm run chaos -- --plan with these lines`);
    assert.ok(report.journeys > 0);
  }

  it(`loses nothing and does nothing twice when each part is killed once (seed ${chaosSeed})`, () =>
    survive({
      seed: chaosSeed,
      plan: given === undefined ? oneKillEach(chaosSeed, QUICK_GAPS) : parsePlan(given),
      days: 2,
    }));

  if (isFull) {
    it('nor when they are killed one after the other, which shows how long each takes', () =>
      survive({ seed: chaosSeed + 100, plan: oneKillEach(chaosSeed + 100), days: 5, apart: true }));
    for (const seed of MATRIX) {
      it(`nor when parts are killed, stopped and restarted in the order of seed ${seed}`, () =>
        survive({ seed, plan: soakPlan(seed, MATRIX_MS), days: 5 }));
    }
    for (const { what, seed, plan } of regressions) {
      it(`nor again: ${what}`, () => survive({ seed, plan: parsePlan(plan), days: 3 }));
    }
  }

  it('and would say so: every planted bug is found', async () => {
    const expected: RegExp[] = [];
    for (const plant of Object.values(plants)) expected.push(...(await plant(world)));
    const facts = await collectFacts(world, new Set());
    const found = violationsIn(facts, []);
    const missed = expected.filter((sentence) => !found.some((violation) => sentence.test(violation)));
    assert.deepEqual(missed, [], found.join('\n'));
  });
});
