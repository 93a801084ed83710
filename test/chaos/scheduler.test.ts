import assert from 'node:assert/strict';
import { oneKillEach, parsePlan, printPlan, replicas, soakPlan, targets } from './scheduler.ts';

describe('the plan of a chaos run', () => {
  it('is the same for the same seed, and another for another', () => {
    assert.deepEqual(oneKillEach(7), oneKillEach(7));
    assert.deepEqual(soakPlan(7, 60_000), soakPlan(7, 60_000));
    assert.notDeepEqual(soakPlan(7, 60_000), soakPlan(8, 60_000));
  });

  it('kills each part once, in an order that the seed decides', () => {
    const orders = new Set<string>();
    for (let seed = 0; seed < 200; seed += 1) {
      const plan = oneKillEach(seed);
      assert.deepEqual(plan.map(({ target }) => target).sort(), [...targets].sort());
      assert.ok(plan.every(({ manner }) => manner === 'kill'));
      orders.add(plan.map(({ target }) => target).join());
    }
    assert.ok(orders.size > 60, `${orders.size} orders of 200 seeds`);
  });

  it('strikes in order of time, within its duration, in every manner', () => {
    const plan = soakPlan(3, 600_000);
    assert.ok(plan.every(({ atMs }, index) => atMs > (plan[index - 1]?.atMs ?? 0) && atMs < 600_000));
    assert.equal(
      new Set(plan.map(({ manner, target }) => `${manner} ${target}`)).size,
      3 * (targets.length + replicas.length),
    );
  });

  it('is read back as it was printed, and a line that is no blow is named', () => {
    const plan = soakPlan(11, 60_000);
    assert.deepEqual(parsePlan(printPlan(plan)), plan);
    assert.deepEqual(parsePlan('5 kill api 0; 9 pause worker 20'), [
      { atMs: 5, manner: 'kill', target: 'api', forMs: 0 },
      { atMs: 9, manner: 'pause', target: 'worker', forMs: 20 },
    ]);
    assert.throws(() => parsePlan('5 kill printer 0'), /no blow: 5 kill printer 0/);
    assert.throws(() => parsePlan('soon kill api 0'), /no blow/);
  });
});
