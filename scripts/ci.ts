// Every check of the project, one after the other, each counted once; the last line says how many passed and failed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { checkoutDir } from '../local/paths.ts';
import { stopTree } from '../local/processes.ts';

const MINUTE_MS = 60_000;
/** npm scripts and how long each may take. */
const checks = [
  ['test:full', 70 * MINUTE_MS],
  ['typecheck', 10 * MINUTE_MS],
  ['lint', 10 * MINUTE_MS],
  ['lint:commits', 10 * MINUTE_MS],
  ['format:check', 10 * MINUTE_MS],
  ['unused', 10 * MINUTE_MS],
  ['build', 10 * MINUTE_MS],
] as const;

let current: number | undefined;
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    interrupted = true;
    if (current !== undefined) void stopTree(current, { graceMs: 20_000 });
  });
}

let passed = 0;
for (const [name, limitMs] of checks) {
  const startedAt = Date.now();
  process.stdout.write(`\n── ${name}\n`);
  const problem = interrupted ? 'interrupted' : await problemOf(name, limitMs);
  if (problem === undefined) passed += 1;
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(`── ${name}: ${problem ?? 'passed'} (${seconds} s)\n`);
}
process.stdout.write(`\n${passed} passed, ${checks.length - passed} failed\n`);
process.exitCode = passed === checks.length ? 0 : 1;

/** Runs one script with its output here; says what went wrong, if anything. */
async function problemOf(name: string, limitMs: number): Promise<string | undefined> {
  const child = spawn('npm', ['run', '--silent', name], {
    cwd: checkoutDir,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const { pid } = child;
  if (pid === undefined)
    return ended.then(
      () => 'not started',
      (error: unknown) => `failed: ${String(error)}`,
    );
  current = pid;
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    void stopTree(pid, { graceMs: 20_000 });
  }, limitMs);
  try {
    const [code, signal] = await ended;
    if (late) return `failed: took longer than ${limitMs / MINUTE_MS} minutes`;
    return code === 0 ? undefined : `failed: ${signal ?? `exit code ${code}`}`;
  } finally {
    clearTimeout(limit);
    current = undefined;
  }
}
