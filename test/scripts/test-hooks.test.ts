import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkoutDir } from '../../local/paths.ts';

const SUITES = `
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, watch } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';

const undo = [];
describe('forgetful', () => {
  it('passes', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const watcher = watch(tmpdir());
    mkdtempSync(tmpdir() + '/forgotten-');
    undo.push(() => server.close(), () => child.kill('SIGKILL'), () => watcher.close());
  });
});
describe('nothing', () => {
  let dir;
  before(() => (dir = mkdtempSync(tmpdir() + '/removed-')));
  after(() => setTimeout(() => rmSync(dir, { recursive: true }), 100)); // a little later is early enough
  it('passes', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    server.close();
  });
});
after(() => undo.forEach((one) => one()));
`;

interface Report {
  readonly passes: readonly { readonly fullTitle: string }[];
  readonly failures: readonly { readonly fullTitle: string; readonly err: { readonly message: string } }[];
}

describe('the hooks around tests', () => {
  it('fail and name the suite that leaves something behind, and no other', async function () {
    this.timeout(60_000);
    const dir = await mkdtemp(join(tmpdir(), 'hooks-'));
    try {
      await mkdir(join(dir, 'tmp'));
      await writeFile(join(dir, 'leaks.test.mjs'), SUITES);
      const mocha = join(checkoutDir, 'node_modules', 'mocha', 'bin', 'mocha.js');
      const hooks = join(checkoutDir, 'scripts', 'test-hooks.ts');
      const args = ['--no-config', '--node-option', 'import=tsx/esm', '--timeout', '10000', '--reporter', 'json'];
      const { stdout, stderr } = spawnSync(
        process.execPath,
        [mocha, ...args, '--require', hooks, join(dir, 'leaks.test.mjs')],
        { cwd: checkoutDir, encoding: 'utf8', env: { ...process.env, TMPDIR: join(dir, 'tmp') } },
      );
      assert.ok(stdout.includes('"failures"'), stderr);
      const report = JSON.parse(stdout.slice(stdout.indexOf('{'))) as Report;
      assert.equal(report.passes.length, 2);
      const [failure, ...more] = report.failures;
      assert.deepEqual(more, []);
      assert.match(failure?.fullTitle ?? '', /^forgetful /);
      const left = (failure?.err.message ?? '').replace('left behind: ', '').split(', ').sort();
      assert.deepEqual(
        left.map((one) => one.replace(/forgotten-.+/, 'forgotten')),
        ['FSEventWrap', 'ProcessWrap', 'TCPServerWrap', 'forgotten'],
      );
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });
});
