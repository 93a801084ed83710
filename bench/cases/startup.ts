import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bench, Stage } from '../harness/case.ts';
import { startChild, type Child } from '../harness/child.ts';
import { interleave, type Side } from '../harness/measure.ts';
import { summarise } from '../harness/stats.ts';
import { startApiProcess } from '../servers/api.ts';
import { checkoutDir, stateDir } from '../../local/paths.ts';
import { runTool } from '../../local/tool.ts';
import { resetDatabase } from '../../test/support/database.ts';
import { testEnvironment } from '../../test/support/settings.ts';
import { startDevTemporal } from '../../test/support/temporal-dev.ts';

const ROUNDS = 7;
const LIMIT_MS = 4 * 60_000;
const BUILD_MS = 3 * 60_000;

/** How a program is started. */
interface Way {
  readonly name: string;
  /** Node's arguments for `api/server` or `worker/main`. */
  args(program: string): string[];
  /** Where tsx keeps what it has compiled. */
  readonly cache: 'none' | 'filled';
}

export const startup: Bench = {
  name: 'startup',
  about:
    'API and worker from spawn to ready: tsx with nothing compiled yet, tsx as in development, dist as in production',
  async run(stage) {
    const database = await resetDatabase();
    const temporal = await startDevTemporal();
    stage.cleanup(() => temporal.stop());
    const dist = await build(stage);
    const tsx = (program: string): string[] => ['--import', 'tsx', `${program}.ts`];
    const ways: readonly Way[] = [
      { name: 'tsx, nothing compiled', args: tsx, cache: 'none' },
      { name: 'tsx', args: tsx, cache: 'filled' },
      { name: 'dist', args: (program) => [join(dist, `${program}.js`)], cache: 'filled' },
    ];
    const worker = (dir: string, args: readonly string[]): Promise<Child> =>
      startChild({
        dir,
        args,
        ready: 'worker ready',
        env: testEnvironment({
          LOG_LEVEL: 'info',
          HOST: '127.0.0.1',
          METRICS_PORT: '0',
          DATABASE_URL: database.appUrl,
          DATABASE_URL_SYSTEM: database.systemUrl,
          TEMPORAL_ADDRESS: temporal.address,
        }),
      });
    const side = (what: string, way: Way, start: (dir: string, args: string[]) => Promise<Child>, program: string) => ({
      name: `${what}, ${way.name}`,
      async run() {
        const dir = way.cache === 'none' ? await mkdtemp(join(stage.dir, 'cold-')) : stage.dir;
        const child = await start(dir, way.args(program));
        await child.stop();
        if (dir !== stage.dir) await rm(dir, { recursive: true, force: true });
        return child.readyMs;
      },
    });
    const sides: Side<number>[] = ways.flatMap((way) => [
      side('API', way, (dir, args) => startApiProcess({ database, dir, args }), 'api/server'),
      side('worker', way, worker, 'worker/main'),
    ]);
    const found = await interleave(sides, { rounds: ROUNDS, warmUp: 1, limitMs: LIMIT_MS });
    const of = (name: string) => summarise(found.get(name) ?? []);
    return {
      headline: ['API', 'worker'].map((what) => {
        const [cold, warm, built] = ways.map((way) => of(`${what}, ${way.name}`).p50) as [number, number, number];
        return `${what}: tsx takes ${(warm / built).toFixed(2)} times as long as dist, with nothing compiled ${(cold / built).toFixed(2)} times`;
      }),
      tables: [
        {
          columns: ['side', 'n', 'median ms', 'max ms'],
          rows: sides.map(({ name }) => [name, of(name).count, of(name).p50, of(name).max]),
        },
      ],
      notes: [
        'From spawn to the line that says it is ready, looked for every 5 ms; the files are in the system’s cache. A worker from source bundles its workflows first.',
      ],
    };
  },
};

/** Below the checkout, so that the compiled files find their packages, but not in dist/, which may be in use. */
async function build(stage: Stage): Promise<string> {
  stage.say('  building');
  const dist = join(stateDir, `bench-dist-${process.pid}`);
  stage.cleanup(() => rm(dist, { recursive: true, force: true }));
  await runTool(process.execPath, ['--import', 'tsx', join(checkoutDir, 'scripts', 'build.ts'), dist], {
    cwd: checkoutDir,
    timeoutMs: BUILD_MS,
  });
  return dist;
}
