// Runs a group of tests and writes tenon-test-results.json, also when the tests cannot be run at all.
//   node scripts/run-tests.mjs [2|3]      2: feature, 3: debugging, nothing: all, your own tests included
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const RESULTS_FILE = 'tenon-test-results.json';
const GROUPS = { '': ['feature', 'debugging', 'own'], 2: ['feature'], 3: ['debugging'] };
const TIME_LIMIT_MS = 5 * 60_000;
const OUTPUT_LIMIT_CHARS = 200_000;

const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);

const day = process.argv[2] ?? '';
const results = await runAll(day, process.env.TENON_INSTALL ?? 'success');
writeFileSync(RESULTS_FILE, `${JSON.stringify(results, null, 2)}\n`);
console.log(`${results.passed} passed, ${results.failed} failed`);
process.exit(results.failed === 0 ? 0 : 1);

async function runAll(day, installOutcome) {
  const groups = GROUPS[day];
  if (!groups) return notRun([], `There is no group of tests for day ${JSON.stringify(day)}.`);
  if (installOutcome !== 'success') return notRun(groups, `The dependencies could not be installed.\n${installLog()}`);
  const files = groups.flatMap(testFiles);
  if (files.length === 0) return notRun(groups, 'There are no test files.');
  return runFiles(groups, files);
}

function testFiles(group) {
  const entries = readdirSync(join('test', group), { recursive: true });
  return entries.filter((entry) => entry.endsWith('.test.ts')).map((entry) => join('test', group, entry));
}

async function runFiles(groups, files) {
  const folder = mkdtempSync(join(tmpdir(), 'tool-library-'));
  const countsFile = join(folder, 'counts.json');
  try {
    const child = await runNode([
      ...['--import', 'tsx', '--test'],
      ...['--test-reporter', 'spec', '--test-reporter-destination', 'stdout'],
      ...['--test-reporter', './scripts/results-reporter.mjs', '--test-reporter-destination', countsFile],
      ...files,
    ]);
    const counts = readCounts(countsFile);
    // A run that went wrong without one failing test has still failed.
    const failed = Math.max(counts.failed, child.ok && counts.passed + counts.failed > 0 ? 0 : 1);
    return {
      passed: counts.passed,
      failed,
      total: counts.passed + failed,
      stdout: shorten(child.stdout),
      stderr: shorten(child.stderr + counts.stderr),
      summary: { format: 'node-test', groups, skipped: counts.skipped, failures: counts.failures },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runNode(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: TIME_LIMIT_MS });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) {
      child[name].setEncoding('utf8').on('data', (text) => {
        process[name].write(text);
        if (output[name].length <= OUTPUT_LIMIT_CHARS) output[name] += text;
      });
    }
    child.on('error', (error) => resolve({ ...output, ok: false, stderr: `${output.stderr}${error.message}\n` }));
    child.on('close', (code, signal) => {
      const note = signal ? `The tests were stopped by ${signal} (they have ${TIME_LIMIT_MS / 60_000} minutes).\n` : '';
      resolve({ ...output, ok: code === 0, stderr: output.stderr + note });
    });
  });
}

function readCounts(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { passed: 0, failed: 0, skipped: 0, failures: [], stderr: '' };
  }
}

function notRun(groups, reason) {
  console.error(reason);
  const summary = { format: 'node-test', groups, skipped: 0, failures: ['The tests could not be run'] };
  return { passed: 0, failed: 1, total: 1, stdout: '', stderr: shorten(reason), summary };
}

function installLog() {
  try {
    return readFileSync(join(process.env.RUNNER_TEMP ?? '', 'install.log'), 'utf8');
  } catch {
    return '';
  }
}

function shorten(text) {
  return text.length <= OUTPUT_LIMIT_CHARS ? text : `${text.slice(0, OUTPUT_LIMIT_CHARS)}\n[shortened]\n`;
}
