// `npm run chaos -- --minutes N --seed S`: strikes a stack of its own, round after round, until the time is up or something is
// broken. The seed of a round alone draws its plan; `--plan "<lines>"` plays a printed one, or a shortened one, once;
// `--apart` waits until a blow is got over before the next, to measure each by itself.
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { describeRun, runChaos } from '../test/chaos/run.ts';
import { parsePlan, soakPlan } from '../test/chaos/scheduler.ts';
import { startWorld } from '../test/chaos/world.ts';

const ROUND_MS = 60_000; // short enough to replay, long enough for two parts to be away at once
const QUIET_LIMIT_MS = 180_000;
const GAPS = { betweenMs: [1_500, 8_000], awayMs: [20, 6_000] } as const;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string' },
    plan: { type: 'string' },
    apart: { type: 'boolean' },
  },
});
const minutes = Number(values.minutes);
let seed = Number(values.seed ?? randomInt(2 ** 31));
if (!(minutes > 0) || !Number.isInteger(seed))
  throw new Error('Usage: npm run chaos -- [--minutes N] [--seed S] [--plan P]');
const say = (line: string): void => void process.stdout.write(`${line}\n`);

say(`chaos: seed ${seed}, ${minutes} minutes`);
const world = await startWorld(say);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void world.stop().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143)));
}

try {
  const end = performance.now() + minutes * 60_000;
  for (let round = 0; round === 0 || performance.now() < end; round += 1, seed += 1) {
    const plan = values.plan === undefined ? soakPlan(seed, ROUND_MS, GAPS) : parsePlan(values.plan);
    const workload = { label: `seed-${seed}-${round}`, lanes: 5, most: 200, days: 5 };
    const report = await runChaos(world, {
      plan,
      workload,
      quietLimitMs: QUIET_LIMIT_MS,
      apart: values.apart ?? false,
    });
    say(describeRun(seed, plan, report));
    if (report.violations.length > 0) {
      process.exitCode = 1;
      break; // what is broken stays so, and would be told again after each round
    }
    if (values.plan !== undefined) break;
  }
} finally {
  await world.stop();
}
