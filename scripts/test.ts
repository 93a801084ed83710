// `npm test [-- mocha arguments or files] [--full]`: its own Postgres, the Temporal binaries, mocha, and a look at what was left behind.
import { spawn } from 'node:child_process';
import { randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findLeftovers } from '../local/leftovers.ts';
import { cacheDir, checkoutDir } from '../local/paths.ts';
import { startEphemeralPostgres } from '../local/postgres/ephemeral.ts';
import { stopTree } from '../local/processes.ts';
import { ensureTemporalCli } from '../local/temporal/cli.ts';
import { ensureTestServer } from '../local/temporal/test-server.ts';
import { makeRunFolder } from '../test/support/run-folder.ts';
import { prepareTemplate } from '../test/support/template-database.ts';

const LIMIT_MS = { quick: 15 * 60_000, full: 60 * 60_000 };

const args = process.argv.slice(2);
const mode = args.includes('--full') ? 'full' : 'quick';
const mochaArgs = args.filter((arg) => arg !== '--full');
const seed = process.env['TENON_TEST_SEED'] ?? String(randomInt(2 ** 31));
const startedAt = Date.now();
const say = (line: string): void => void process.stderr.write(`${line}\n`);

const cleanups: (() => Promise<void>)[] = [];
let stopping: Promise<void> | undefined;

/** Undoes what was set up, last first; the same promise for every caller, so a signal and the end do not race. */
function cleanUp(): Promise<void> {
  stopping ??= (async () => {
    for (const undo of cleanups.toReversed()) await undo().catch((error: unknown) => say(`clean-up: ${String(error)}`));
  })();
  return stopping;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => void cleanUp().then(() => process.exit(signal === 'SIGINT' ? 130 : 143)));
}

try {
  process.exitCode = await runTests();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  await cleanUp();
}

async function runTests(): Promise<number> {
  const temporalCli = await ensureTemporalCli(say);
  const testServer = await ensureTestServer(say);
  const dir = await makeRunFolder('tenon-test-');
  cleanups.push(() => rm(dir, { recursive: true, force: true }));
  const postgres = await startEphemeralPostgres(join(dir, 'postgres'));
  cleanups.push(() => postgres.stop());
  const mark = randomUUID();
  const code = await runMocha(await mochaConfig(dir), {
    ...process.env,
    ...(await prepareTemplate(postgres.adminUrl)),
    TMPDIR: dir,
    TENON_TEST_RUN: mark,
    TENON_TEST_SEED: seed,
    TENON_TEST_TEMPORAL_CLI: temporalCli,
    TENON_TEST_TIME_SKIPPING_SERVER: testServer,
    TENON_TEST_CACHE_DIR: cacheDir(),
    ...(mode === 'full' && { TENON_TEST_FULL: '1' }),
  });
  await postgres.stop();
  const left = await findLeftovers({ dir, text: mark, ignore: /^(tsx-\d*|node-compile-cache|mocharc\.json)$/ });
  for (const { pid, command } of left.processes) say(`left behind: process ${pid}: ${command}`);
  for (const name of left.files) say(`left behind: ${name} in the folder for temporary files`);
  say(`test run: seed ${seed}, ${mode}, ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
  return left.processes.length + left.files.length > 0 ? code || 1 : code;
}

/** mocha adds the files of its configuration to those on the command line; named files shall be the only ones. */
async function mochaConfig(dir: string): Promise<string[]> {
  const named = mochaArgs.some((arg) => arg.includes('.test.ts') || existsSync(join(checkoutDir, arg)));
  if (!named) return [];
  const config = JSON.parse(await readFile(join(checkoutDir, '.mocharc.json'), 'utf8')) as Record<string, unknown>;
  const path = join(dir, 'mocharc.json');
  await writeFile(path, JSON.stringify({ ...config, spec: undefined }));
  return ['--config', path];
}

async function runMocha(config: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const mocha = join(checkoutDir, 'node_modules', 'mocha', 'bin', 'mocha.js');
  const hooks = join(checkoutDir, 'scripts', 'test-hooks.ts');
  const child = spawn(process.execPath, [mocha, '--require', hooks, ...config, ...mochaArgs], {
    cwd: checkoutDir,
    env,
    stdio: 'inherit',
    detached: true, // its own group: a signal reaches us first, and we stop all of it
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('mocha could not be started');
  cleanups.push(async () => void (await stopTree(pid, { graceMs: 5_000 })));
  const limit = setTimeout(() => {
    say(`The tests took longer than ${LIMIT_MS[mode] / 60_000} minutes and were stopped.`);
    void stopTree(pid, { graceMs: 5_000 });
  }, LIMIT_MS[mode]);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearTimeout(limit);
  return code ?? 1;
}
