import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { checkoutDir } from '../../../local/paths.ts';

describe('the checks of .ci/run', () => {
  let dir: string;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tenon-ci-'));
  });

  after(() => rm(dir, { recursive: true, force: true }));

  /** Runs the checks with a program in npm's place. */
  async function run(npm: string): Promise<{ status: number | null; lines: string[] }> {
    await writeFile(join(dir, 'npm'), `#!/bin/sh\n${npm}\n`);
    await chmod(join(dir, 'npm'), 0o755);
    const { status, stdout } = spawnSync(process.execPath, ['--import', 'tsx', join(checkoutDir, 'scripts', 'ci.ts')], {
      env: { ...process.env, PATH: `${dir}${delimiter}${process.env['PATH'] ?? ''}` },
      encoding: 'utf8',
    });
    return { status, lines: stdout.trimEnd().split('\n') };
  }

  it('counts each check once, all of them, in the last line', async () => {
    const { status, lines } = await run('echo "ran $3"');
    assert.equal(status, 0);
    assert.equal(lines.at(-1), '7 passed, 0 failed');
    const ran = lines.filter((line) => line.startsWith('ran '));
    assert.deepEqual(
      ran,
      ['test:full', 'typecheck', 'lint', 'lint:commits', 'format:check', 'unused', 'build'].map(
        (name) => `ran ${name}`,
      ),
    );
  });

  it('goes on after a failure, and fails at the end', async () => {
    const { status, lines } = await run('case "$3" in test:full|lint) exit 1;; esac');
    assert.equal(status, 1);
    assert.equal(lines.at(-1), '5 passed, 2 failed');
  });
});
