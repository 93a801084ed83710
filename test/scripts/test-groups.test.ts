import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkoutDir } from '../../local/paths.ts';
import { runGroup, type GroupEnd } from '../../scripts/test/group-run.ts';
import { testGroups } from '../../scripts/test/groups.ts';
import { block, summary } from '../../scripts/test/report.ts';
import { eventually } from '../support/eventually.ts';

const PASSING = `describe('one', () => it('passes', () => {}));`;
const FAILING = `
describe('two', () => {
  it('passes', () => {});
  it('fails', () => { throw new Error('for a reason'); });
});`;
const LITTERING = `
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
after(() => {
  spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'inherit' }).unref();
  mkdtempSync(tmpdir() + '/forgotten-');
});
${PASSING}`;
const ENDLESS = `describe('three', () => it('never ends', () => { console.log('here'); return new Promise(() => setInterval(() => {}, 1000)); }));`;

describe('the groups of tests', () => {
  it('have every test file exactly once', async () => {
    const all = await readdir(join(checkoutDir, 'test'), { recursive: true });
    const files = all.filter((name) => name.endsWith('.test.ts')).map((name) => `test/${name}`);
    const grouped = testGroups().flatMap((group) => group.files);
    assert.deepEqual(grouped.toSorted(), files.toSorted());
  });

  it('keep what starts the stack on its usual ports in one process', () => {
    const places = ['test/e2e/play.test.ts', 'test/local/stack/start.test.ts'];
    assert.equal(testGroups(places).length, 1);
  });

  describe('each in its process', function () {
    this.timeout(30_000);
    let dir: string;
    beforeEach(async () => void (dir = await mkdtemp(join(tmpdir(), 'groups-'))));
    afterEach(() => rm(dir, { recursive: true, force: true }));

    async function run(name: string, suite: string, stop = new AbortController().signal): Promise<GroupEnd> {
      const file = join(dir, `${name}.test.mjs`);
      await writeFile(file, suite);
      const within = await mkdtemp(join(dir, 'run-'));
      const args = ['--no-config', '--node-option', 'import=tsx/esm', '--timeout', '0', file];
      const end = await runGroup({ name, args, env: process.env, within, mark: 'groups-test', live: false, stop });
      assert.deepEqual(await readdir(within), []);
      return end;
    }

    it('are counted together, and their failures told once more', async () => {
      const ends = [await run('first', PASSING), await run('second', FAILING)];
      assert.deepEqual(
        ends.map(({ passed, counts }) => ({ passed, counts })),
        [
          { passed: true, counts: { passing: 1, failing: 0 } },
          { passed: false, counts: { passing: 1, failing: 1 } },
        ],
      );
      const lines = summary(ends).split('\n');
      assert.match(lines[1] ?? '', /^── second: failed, 1 passing, 1 failing \(\d+\.\d s\)$/);
      assert.match(lines.join('\n'), /1\) two\n +fails:\n +Error: for a reason\n +at /);
      assert.equal(lines.at(-1), '2 passing, 1 failing; 1 of 2 groups passed');
      assert.match(
        block(ends[0] ?? assert.fail()),
        /^\n── first\n[^]+ passes\n[^]+── first: passed, 1 passing, 0 failing/,
      );
    });

    it('fail for a process and a file that they leave', async () => {
      const end = await run('litter', LITTERING);
      assert.equal(end.passed, false);
      assert.equal(end.counts?.failing, 0);
      assert.match(end.left.join('\n'), /^left behind: process \d+: .+\nleft behind: forgotten-\w+ in the folder/);
      assert.ok(summary([end]).includes(end.left.join('\n')));
    });

    it('fail when they are stopped, and show how far they came', async () => {
      const stop = new AbortController();
      const ended = run('endless', ENDLESS, stop.signal);
      await eventually('a line of the test', async () => {
        const log = (await readdir(dir, { recursive: true })).find((name) => name.endsWith('.log'));
        return log !== undefined && (await readFile(join(dir, log), 'utf8')).includes('here');
      });
      stop.abort();
      const end = await ended;
      assert.equal(end.passed, false);
      assert.match(block(end), /here\n[^]*── endless: failed, ended before its last test/);
    });
  });
});
