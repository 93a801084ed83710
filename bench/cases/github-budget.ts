import type { WriteLimits } from '../../domain/github/write-limits.ts';
import { eventually } from '../../test/support/eventually.ts';
import { startFloodWorld, type FloodWorld } from '../../test/support/invite-flood.ts';
import type { Bench } from '../harness/case.ts';
import { summarise } from '../harness/stats.ts';

const INVITES = Number(process.env['TENON_BENCH_INVITES'] ?? 100);
const OTHERS = Math.max(1, Math.round(INVITES / 10));
/** How many times shorter minutes and hours are; much more, and the machine is slower than the limits, so that nobody waits. */
const COMPRESS = Number(process.env['TENON_BENCH_COMPRESS'] ?? 10);
const limits: WriteLimits = {
  windows: [
    { most: 80, spanMs: 60_000 / COMPRESS },
    { most: 500, spanMs: 3_600_000 / COMPRESS },
  ],
  spacingMs: 1_000 / COMPRESS,
};
const LIMIT_MS = 6 * 60_000;

export const githubBudget: Bench = {
  name: 'github-budget',
  about:
    'when a turn to write to GitHub was promised and when it came, for a flood of invites and another organisation',
  async run(stage) {
    const world = await startFloodWorld(limits, { compress: COMPRESS });
    stage.cleanup(() => world.close());
    const [flooding, other] = [await world.organisation(), await world.organisation()];
    stage.say(`  ${INVITES} and ${OTHERS} invites`);
    const before = performance.now();
    await flooding.invite(INVITES);
    await other.invite(OTHERS);
    await settled(world);
    const tookMs = performance.now() - before;
    const { statuses } = await world.github.control.calls();
    const sides = [
      { name: 'the flood', turns: await turnsOf(world, flooding.orgId) },
      { name: 'the other', turns: await turnsOf(world, other.orgId) },
    ].map(({ name, turns }) => {
      const waited = turns.filter(({ atOnce }) => !atOnce);
      return {
        name,
        promised: summarise(turns.map(({ promisedMs }) => promisedMs)),
        real: summarise(turns.map(({ realMs }) => realMs)),
        ratio: summarise(waited.map(({ promisedMs, realMs }) => realMs / promisedMs)),
      };
    });
    return {
      headline: sides.map(
        ({ name, ratio }) =>
          `${name}: the real wait is ${ratio.p50.toFixed(2)} times the one that was promised first (p50; p99 ${ratio.p99.toFixed(2)})`,
      ),
      tables: [
        {
          columns: [
            'organisation',
            'turns',
            'had to wait',
            'promised p50 s',
            'real p50 s',
            'promised max s',
            'real max s',
            'ratio p50',
          ],
          rows: sides.map(({ name, promised, real, ratio }) => [
            name,
            promised.count,
            ratio.count,
            promised.p50 / 1_000,
            real.p50 / 1_000,
            promised.max / 1_000,
            real.max / 1_000,
            ratio.p50,
          ]),
        },
      ],
      notes: [
        `${2 * (INVITES + OTHERS)} repositories in ${(tookMs / 1_000).toFixed(0)} s, ${statuses['403'] ?? 0} refusals. GitHub's limits with ${COMPRESS} times shorter minutes; what the machine adds is not shortened.`,
        `A promise holds if nobody comes who goes first: the flood's are made before the other organisation has come. Ratios are of those who had to wait.`,
      ],
    };
  },
};

async function settled(world: FloodWorld): Promise<void> {
  const look = async (): Promise<boolean> => {
    await world.relay();
    const [left] = await world.database.rows<{ count: number }>(
      'select count(*)::int as count from workspaces where settled_generation < generation',
    );
    return left?.count === 0;
  };
  await eventually('every workspace is settled', look, { limitMs: LIMIT_MS, everyMs: 250 });
}

interface Turn {
  readonly promisedMs: number;
  readonly realMs: number;
  /** It was given when it was first asked for. */
  readonly atOnce: boolean;
}

/** Milliseconds from when a repository's turn was asked for. */
function turnsOf({ database }: FloodWorld, orgId: string): Promise<Turn[]> {
  return database.rows(
    `select extract(epoch from promised_at - requested_at)::float8 * 1000 as "promisedMs",
            extract(epoch from granted_at - requested_at)::float8 * 1000 as "realMs",
            promised_at = granted_at as "atOnce"
     from github_turns where org_id = $1 and granted_at is not null and key like 'generate/%'`,
    [orgId],
  );
}
