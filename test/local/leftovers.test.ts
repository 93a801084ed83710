import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findLeftovers, type RunMark } from '../../local/leftovers.ts';

describe('what a run left behind', () => {
  let mark: RunMark;
  const started: ChildProcess[] = [];
  beforeEach(async () => {
    mark = { dir: await mkdtemp(join(tmpdir(), 'left-')), text: `mark-${randomUUID()}`, ignore: /^cache$/ };
  });
  afterEach(async () => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
    await rm(mark.dir, { recursive: true, force: true });
  });

  async function sleeper(options: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string; readonly arg?: string }) {
    const script = "process.stdout.write('up'); setInterval(() => {}, 1000)";
    const child = spawn(process.execPath, ['-e', script, options.arg ?? ''], {
      env: options.env ?? {},
      cwd: options.cwd ?? '/',
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    started.push(child);
    await once(child.stdout, 'data');
    return child;
  }

  it('are processes by their environment, working folder or command line, which are killed, and nobody else’s', async () => {
    const ours = [
      await sleeper({ env: { ANY: mark.text } }),
      await sleeper({ cwd: mark.dir }),
      await sleeper({ arg: join(mark.dir, 'data') }),
    ];
    const foreign = await sleeper({});
    const ended = Promise.all(ours.map((child) => once(child, 'exit')));
    const { processes, files } = await findLeftovers(mark);
    assert.deepEqual(new Set(processes.map(({ pid }) => pid)), new Set(ours.map(({ pid }) => pid)));
    assert.deepEqual(files, []);
    await ended;
    assert.equal(foreign.exitCode ?? foreign.signalCode, null);
  });

  it('are no processes that end by themselves a moment later', async () => {
    const child = await sleeper({ env: { ANY: mark.text } });
    const found = findLeftovers(mark);
    child.kill('SIGKILL');
    assert.deepEqual((await found).processes, []);
  });

  it('are files in the run’s folder, but for caches', async () => {
    for (const name of ['cache', 'forgotten']) await writeFile(join(mark.dir, name), '');
    assert.deepEqual((await findLeftovers(mark)).files, ['forgotten']);
  });
});
