// Runs before every npm script, on a checkout that may have no node_modules yet: plain JavaScript, no dependencies.
// Says nothing when there is nothing to do. `--record` (after an install) only remembers which lock file was installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MINIMUM_NODE = [20, 19];
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const record = join(root, 'node_modules', '.tenon-lock');

function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

function lockHash() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

function installedHash() {
  return existsSync(record) ? readFileSync(record, 'utf8').trim() : undefined;
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [wantMajor, wantMinor] = MINIMUM_NODE;
  if (major > wantMajor || (major === wantMajor && minor >= wantMinor)) return;
  fail(
    `Tenon needs Node ${wantMajor}.${wantMinor} or newer, this is ${process.versions.node}: install it from nodejs.org.`,
  );
}

function install() {
  process.stderr.write('Installing dependencies (npm ci) …\n');
  // npm gives us its own entry point; without it (plain `node scripts/bootstrap.mjs`) the npm on PATH does the same.
  const npm = process.env['npm_execpath'];
  const [command, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  const args = [...first, 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] }); // stdout belongs to the script that follows
  if (result.error) fail(`npm could not be started (${result.error.message}): install npm and put it on PATH.`);
  if (result.status !== 0) fail('npm ci failed, see above: the npm registry must be reachable the first time.');
}

checkNode();
if (process.argv.includes('--record')) {
  const withoutDev = (process.env['npm_config_omit'] ?? '').split(/[\s,]+/).includes('dev');
  if (!withoutDev && existsSync(dirname(record))) writeFileSync(record, `${lockHash()}\n`);
} else if (installedHash() !== lockHash()) {
  install();
  writeFileSync(record, `${lockHash()}\n`);
}
