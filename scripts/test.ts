// `npm test [-- mocha arguments or files] [--full]`: Postgres, the Temporal binaries, mocha, and a look at what was left behind.
// Without arguments all tests in groups (test/groups.ts), some at a time; with any, one mocha process that shows what it does.
import { randomInt, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { findLeftovers } from '../local/leftovers.ts';
import { cacheDir, checkoutDir } from '../local/paths.ts';
import { ensureTemporalCli } from '../local/temporal/cli.ts';
import { ensureTestServer } from '../local/temporal/test-server.ts';
import { makeRunFolder } from '../test/support/run-folder.ts';
import { leftIn, runGroup, type GroupEnd } from './test/group-run.ts';
import { testGroups } from './test/groups.ts';
import { inLanes } from './test/lanes.ts';
import { block, summary } from './test/report.ts';

const LIMIT_MS = { quick: 15 * 60_000, full: 60 * 60_000 };
const MOST_LANES = 4; // each has a Postgres, a Temporal server and often a whole stack

const args = process.argv.slice(2);
const mode = args.includes('--full') ? 'full' : 'quick';
const mochaArgs = args.filter((arg) => arg !== '--full');
const live = mochaArgs.length > 0;
const lanes = Number(process.env['TENON_TEST_JOBS'] ?? Math.min(availableParallelism(), MOST_LANES));
const seed = process.env['TENON_TEST_SEED'] ?? String(randomInt(2 ** 31));
const startedAt = Date.now();
const say = (line: string): void => void process.stderr.write(`${line}\n`);
/** Ends the run; its reason is the exit code. */
const stop = new AbortController();

try {
  const passed = await runTests();
  process.exitCode = stop.signal.aborted ? Number(stop.signal.reason) : Number(!passed);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

async function runTests(): Promise<boolean> {
  if (!(Number.isInteger(lanes) && lanes > 0)) throw new Error('TENON_TEST_JOBS is not a number of processes.');
  const binaries = {
    TENON_TEST_TEMPORAL_CLI: await ensureTemporalCli(say),
    TENON_TEST_TIME_SKIPPING_SERVER: await ensureTestServer(say),
  };
  for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 143 })) {
    process.on(signal, () => stop.abort(code));
  }
  const limit = setTimeout(() => {
    say(`The tests took longer than ${LIMIT_MS[mode] / 60_000} minutes and were stopped.`);
    stop.abort(1);
  }, LIMIT_MS[mode]);
  const dir = await makeRunFolder('tenon-test-');
  try {
    return await runIn(dir, binaries);
  } finally {
    clearTimeout(limit);
    await rm(dir, { recursive: true, force: true });
  }
}

async function runIn(dir: string, binaries: Readonly<Record<string, string>>): Promise<boolean> {
  const mark = randomUUID();
  const jobs = await jobsIn(dir);
  const ends: GroupEnd[] = [];
  await inLanes({ jobs, lanes, dir, stop }, async (job, database) => {
    const env = {
      ...process.env,
      ...binaries,
      ...database,
      TENON_TEST_SEED: seed,
      TENON_TEST_CACHE_DIR: cacheDir(),
      ...(mode === 'full' && { TENON_TEST_FULL: '1' }),
    };
    const end = await runGroup({ ...job, env, within: dir, mark, live, stop: stop.signal });
    ends.push(end);
    if (live) end.left.forEach(say);
    else process.stdout.write(block(end));
  });
  const left = leftIn(await findLeftovers({ dir, text: mark, ignore: /^(tsx-\d*|mocharc\.json)$/ }));
  if (!live) process.stdout.write(`${summary(ends)}\n`);
  left.forEach(say);
  say(`test run: seed ${seed}, ${mode}, ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
  return left.length === 0 && ends.length === jobs.length && ends.every(({ passed }) => passed);
}

interface Job {
  readonly name: string;
  /** mocha's. */
  readonly args: readonly string[];
}

async function jobsIn(dir: string): Promise<Job[]> {
  const config = join(dir, 'mocharc.json');
  const usual = JSON.parse(await readFile(join(checkoutDir, '.mocharc.json'), 'utf8')) as Record<string, unknown>;
  await writeFile(config, JSON.stringify({ ...usual, spec: undefined })); // mocha would add its files to those that we name
  if (!live) {
    const colour = process.stdout.isTTY ? ['--color'] : [];
    return testGroups().map(({ name, files }) => ({ name, args: ['--config', config, ...colour, ...files] }));
  }
  const named = mochaArgs.some((arg) => arg.includes('.test.ts') || existsSync(join(checkoutDir, arg)));
  return [{ name: 'tests', args: named ? ['--config', config, ...mochaArgs] : mochaArgs }];
}
