// `npm run bench [-- name …]`: all benchmarks, or those that are named; `-- --list` says what there is. Not a test: it asserts
// nothing about seconds. Prints ratios and appends them to bench/RESULTS.md.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startEphemeralPostgres } from '../local/postgres/ephemeral.ts';
import { ensureTemporalCli } from '../local/temporal/cli.ts';
import { dropTestDatabase } from '../test/support/database.ts';
import { makeRunFolder } from '../test/support/run-folder.ts';
import { prepareTemplate } from '../test/support/template-database.ts';
import { cases } from './cases/index.ts';
import type { Bench } from './harness/case.ts';
import { load, machine, versions } from './harness/machine.ts';
import { outcomeText } from './harness/report.ts';
import { keepResult } from './harness/results.ts';

const LIMIT_MS = 8 * 60_000;
/** A try, or a run beside other work, is no result. */
const KEEP = process.env['TENON_BENCH_KEEP'] !== '0';
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const cleanups: (() => Promise<unknown>)[] = [];
let undoing: Promise<void> | undefined;

/** Undoes what was set up, last first; the same promise for every caller, so a signal and the end do not race. */
function cleanUp(): Promise<void> {
  undoing ??= undoAll(cleanups);
  return undoing;
}

async function undoAll(undos: (() => Promise<unknown>)[]): Promise<void> {
  for (const undo of undos.splice(0).toReversed()) {
    await undo().catch((error: unknown) => say(`clean-up: ${String(error)}`));
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    process.on('uncaughtException', () => undefined); // connections of what was under way end under its hands
    void cleanUp().then(() => process.exit(1));
  });
}

try {
  const names = process.argv.slice(2);
  const unknown = names.filter((name) => !cases.some((one) => one.name === name));
  if (unknown.length > 0) {
    for (const { name, about } of cases) say(`${name.padEnd(12)} ${about}`);
    process.exitCode = names.includes('--list') ? 0 : 2;
  } else {
    await runAll(names.length === 0 ? cases : cases.filter(({ name }) => names.includes(name)));
  }
} catch (error) {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
} finally {
  await cleanUp();
}

async function runAll(chosen: readonly Bench[]): Promise<void> {
  const cli = await ensureTemporalCli(say);
  const dir = await makeRunFolder('tenon-bench-');
  cleanups.push(() => rm(dir, { recursive: true, force: true }));
  const postgres = await startEphemeralPostgres(join(dir, 'postgres'));
  cleanups.push(() => postgres.stop(), dropTestDatabase);
  Object.assign(process.env, await prepareTemplate(postgres.adminUrl), { TENON_TEST_TEMPORAL_CLI: cli });
  const made = `${await versions(postgres.adminUrl, cli)}; ${machine()}`;
  for (const bench of chosen) await runOne(bench, dir, made);
}

async function runOne(bench: Bench, dir: string, made: string): Promise<void> {
  const { name, about } = bench;
  say(`\n${name}: ${about}`);
  const own: (() => Promise<unknown>)[] = [];
  cleanups.push(() => undoAll(own));
  const before = load();
  const limit = setTimeout(() => {
    say(`${name} took longer than ${LIMIT_MS / 60_000} minutes and was stopped.`);
    void cleanUp().then(() => process.exit(1));
  }, LIMIT_MS);
  try {
    const outcome = await bench.run({ dir, say, cleanup: (undo) => void own.push(undo) });
    const text = `${about}\n\n${made}; load ${before} before, ${load()} after\n\n${outcomeText(outcome)}`;
    say(`\n${text}`);
    if (KEEP) await keepResult(`${name}, ${new Date().toISOString().slice(0, 16)}Z`, text);
  } finally {
    clearTimeout(limit);
    await undoAll(own);
  }
}
