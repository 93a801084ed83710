import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkoutDir } from '../../../local/paths.ts';

describe('the set-up before npm scripts', () => {
  let dir: string;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tenon-bootstrap-'));
    await mkdir(join(dir, 'scripts'));
    await cp(join(checkoutDir, 'scripts', 'bootstrap.mjs'), join(dir, 'scripts', 'bootstrap.mjs'));
    await writeFile(join(dir, 'package-lock.json'), '{"a":1}');
    // stands for npm: notes how it was called, and makes node_modules unless told to fail
    await writeFile(
      join(dir, 'npm.cjs.js'),
      `const fs = require('fs');
       fs.appendFileSync('calls', process.argv.slice(2).join(' ') + '\\n');
       console.log('chatter');
       if (process.env.NPM_FAILS) process.exit(1);
       fs.mkdirSync('node_modules', { recursive: true });`,
    );
  });

  afterEach(() => rm(dir, { recursive: true, force: true }));

  function bootstrap(
    args: string[] = [],
    env: Record<string, string> = {},
  ): { status: number | null; out: string; err: string } {
    const result = spawnSync(process.execPath, [join(dir, 'scripts', 'bootstrap.mjs'), ...args], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], npm_execpath: join(dir, 'npm.cjs.js'), ...env },
    });
    return { status: result.status, out: result.stdout, err: result.stderr };
  }

  async function calls(): Promise<string[]> {
    const text = await readFile(join(dir, 'calls'), 'utf8').catch(() => '');
    return text.split('\n').filter((line) => line !== '');
  }

  it('installs when there is no node_modules, with development dependencies, and leaves stdout alone', async () => {
    const { status, out } = bootstrap();
    assert.equal(status, 0);
    assert.equal(out, '');
    assert.match((await calls())[0] ?? '', /^ci --include=dev/);
  });

  it('says nothing and calls nothing while the lock file is the one that was installed', async () => {
    bootstrap();
    assert.deepEqual(bootstrap(), { status: 0, out: '', err: '' });
    assert.equal((await calls()).length, 1);
  });

  it('installs again when the lock file has changed', async () => {
    bootstrap();
    await writeFile(join(dir, 'package-lock.json'), '{"a":2}');
    bootstrap();
    bootstrap();
    assert.equal((await calls()).length, 2);
  });

  it('fails with a sentence when npm fails, and tries again the next time', async () => {
    const failed = bootstrap([], { NPM_FAILS: '1' });
    assert.equal(failed.status, 1);
    assert.match(failed.err, /npm ci failed/);
    assert.equal(bootstrap().status, 0);
    assert.equal((await calls()).length, 2);
  });

  it('takes an install by hand for its own, but not one without development dependencies', async () => {
    await mkdir(join(dir, 'node_modules'));
    bootstrap(['--record'], { npm_config_omit: 'dev' });
    bootstrap();
    assert.equal((await calls()).length, 1);
    await writeFile(join(dir, 'package-lock.json'), '{"a":3}');
    bootstrap(['--record']);
    bootstrap();
    assert.equal((await calls()).length, 1);
  });
});
