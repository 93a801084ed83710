// `npm run chaos -- --minutes N --seed S`: strikes a stack of its own, round after round, until the time is up or something is
// broken. The seed of a round alone draws its plan; `--plan "<lines>"` plays a printed one, or a shortened one, once;
// `--points [pattern]` strikes at named points (those whose name has the pattern in it) instead, once;
// `--apart` waits until a blow is got over before the next, to measure each by itself.
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { describeRun, runChaos } from '../test/chaos/run.ts';
import { points } from '../test/chaos/points/catalogue.ts';
import { runMatrix } from '../test/chaos/points/matrix.ts';
import { startStruckWorld, type StruckWorld } from '../test/chaos/points/struck-world.ts';
import { describeMatrix } from '../test/chaos/points/table.ts';
import { parsePlan, soakPlan } from '../test/chaos/scheduler.ts';
import { startWorld, type World } from '../test/chaos/world.ts';

const ROUND_MS = 60_000; // short enough to replay, long enough for two parts to be away at once
const QUIET_LIMIT_MS = 180_000;
const GAPS = { betweenMs: [1_500, 8_000], awayMs: [20, 6_000] } as const;

const POINTS = { lanes: 4, limitMs: 15 * 60_000, quietLimitMs: QUIET_LIMIT_MS } as const;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    points: { type: 'boolean' },
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string' },
    plan: { type: 'string' },
    apart: { type: 'boolean' },
  },
});
const minutes = Number(values.minutes);
const apart = values.apart ?? false;
let seed = Number(values.seed ?? randomInt(2 ** 31));
if (!(minutes > 0) || !Number.isInteger(seed))
  throw new Error('Usage: npm run chaos -- [--minutes N] [--seed S] [--plan P]');
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Stops the world whatever ends us. */
async function inside<W extends { stop(): Promise<void> }>(starting: Promise<W>, work: (world: W) => Promise<void>) {
  const world = await starting;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void world.stop().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143)));
  }
  try {
    await work(world);
  } finally {
    await world.stop();
  }
}

async function rounds(world: World): Promise<void> {
  const end = performance.now() + minutes * 60_000;
  for (let round = 0; round === 0 || performance.now() < end; round += 1, seed += 1) {
    const plan = values.plan === undefined ? soakPlan(seed, ROUND_MS, GAPS) : parsePlan(values.plan);
    const workload = { label: `seed-${seed}-${round}`, lanes: 5, most: 200, days: 5 };
    const report = await runChaos(world, {
      plan,
      workload,
      quietLimitMs: QUIET_LIMIT_MS,
      apart,
    });
    say(describeRun(seed, plan, report));
    if (report.violations.length > 0) {
      process.exitCode = 1;
      break; // what is broken stays so, and would be told again after each round
    }
    if (values.plan !== undefined) break;
  }
}

async function atPoints({ world, board }: StruckWorld): Promise<void> {
  const wanted = points.filter(({ name }) => positionals.every((pattern) => name.includes(pattern)));
  if (wanted.length === 0) throw new Error(`No point has ${positionals.join(' and ')} in its name`);
  const report = await runMatrix(world, board, { ...POINTS, points: wanted, seed, apart, say });
  say(describeMatrix(seed, wanted, report));
  if (report.violations.length > 0) process.exitCode = 1;
}

if (values.points) {
  say(`chaos: seed ${seed}, named points`);
  await inside(startStruckWorld(say), atPoints);
} else {
  say(`chaos: seed ${seed}, ${minutes} minutes`);
  await inside(startWorld(say, { withReplicas: true }), rounds);
}
