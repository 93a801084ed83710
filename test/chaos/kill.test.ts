import assert from 'node:assert/strict';
import { collectFacts } from './collect.ts';
import { violationsIn } from './invariants.ts';
import * as plants from './plants.ts';
import { describeRun, runChaos } from './run.ts';
import { oneKillEach, parsePlan, soakPlan, type Blow } from './scheduler.ts';
import { startWorld, type World } from './world.ts';

/** Kills are asked for by a seed: what the processes are doing at that moment differs from run to run. */
const chaosSeed = process.env['TENON_CHAOS_SEED'];
const seed = Number(chaosSeed ?? 1);
const given = process.env['TENON_CHAOS_PLAN'];
const isFull = process.env['TENON_TEST_FULL'] === '1';
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Other seeds at each run; a run that fails names its own. */
const MATRIX = [1, 2, 3, 4].map((more) => seed + more);
const MATRIX_MS = 25_000;

const describeKills = (): unknown =>
  describe('the whole stack while its parts are killed', function () {
    this.timeout(180_000);
    let world: World;
    before(async () => {
      world = await startWorld(say);
    });
    after(() => world?.stop());

    async function survive(which: number, plan: readonly Blow[], days: number, apart = false): Promise<void> {
      const report = await runChaos(world, {
        plan,
        workload: { label: `seed-${which}`, lanes: 3, most: 60, days },
        quietLimitMs: 90_000,
        apart,
      });
      const told = describeRun(which, plan, report);
      say(told);
      assert.deepEqual(report.violations, [], told);
      assert.ok(report.journeys > 0);
    }

    it('loses nothing and does nothing twice when each part is killed once', () =>
      survive(seed, given === undefined ? oneKillEach(seed) : parsePlan(given), 2));

    if (isFull) {
      it('nor when they are killed one after the other, which shows how long each takes', () =>
        survive(seed + 100, oneKillEach(seed + 100), 5, true));
      for (const which of MATRIX) {
        it(`nor when parts are killed, stopped and restarted in the order of seed ${which}`, () =>
          survive(which, soakPlan(which, MATRIX_MS), 5));
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

if (chaosSeed !== undefined) describeKills();
