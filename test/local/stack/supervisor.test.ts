import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isOpen } from '../../../local/ports.ts';
import { startTimeOf } from '../../../local/processes.ts';
import type { ComponentSpec } from '../../../local/supervisor/component.ts';
import { ComponentFailure, type RunningComponent, Supervisor } from '../../../local/supervisor/supervisor.ts';

describe('the supervisor', () => {
  let dir: string;
  let supervisor: Supervisor;
  let running: readonly RunningComponent[];

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tenon-supervisor-'));
    running = [];
    supervisor = new Supervisor({ logDir: join(dir, 'logs'), onChange: (now) => (running = [...now]) });
  });

  afterEach(async () => {
    await supervisor.stop({ hurry: true });
    await rm(dir, { recursive: true, force: true });
  });

  /** A component that is healthy once its script has made the file `<name>.up`. */
  function component(name: string, script: string, more: Partial<ComponentSpec> = {}): ComponentSpec {
    return {
      name,
      file: process.execPath,
      args: [
        '-e',
        `const fs = require('fs'); const up = () => fs.writeFileSync('${name}.up', String(process.pid)); ${script}`,
      ],
      cwd: dir,
      env: {},
      urls: {},
      ports: {},
      healthy: () => Promise.resolve(existsSync(join(dir, `${name}.up`))),
      startTimeoutMs: 20_000,
      stopSignal: 'SIGTERM',
      stopGraceMs: 5_000,
      ...more,
    };
  }

  const idle = 'up(); setInterval(() => {}, 1000);';
  const pidIn = async (file: string): Promise<number> => Number(await readFile(join(dir, file), 'utf8'));

  it('waits until a component is healthy and tells of its process', async () => {
    await supervisor.start(component('one', idle));
    assert.equal(running[0]?.pid, await pidIn('one.up'));
    assert.equal(startTimeOf(running[0]?.pid ?? 0), running[0]?.startedAt);
  });

  it('shows the end of the log when a component ends while it is started', async () => {
    const starting = supervisor.start(component('broken', `console.error('no database here'); process.exit(3);`));
    await assert.rejects(starting, (error: unknown) => {
      assert.ok(error instanceof ComponentFailure);
      assert.match(error.message, /broken ended with exit code 3 .*\n {2}no database here/);
      return true;
    });
  });

  it('gives up on a component that does not become healthy, and stops it with the rest', async () => {
    const mute = component('mute', `console.log('thinking'); setInterval(() => {}, 1000);`, { startTimeoutMs: 300 });
    await assert.rejects(supervisor.start(mute), /mute was not healthy after 0.3 s/);
    const pid = running[0]?.pid ?? 0;
    await supervisor.stop();
    assert.equal(startTimeOf(pid), undefined);
  });

  it('does not take the answer of somebody else on its port for its own', async () => {
    const foreign = createServer().listen(0, '127.0.0.1');
    await once(foreign, 'listening');
    const { port } = foreign.address() as { port: number };
    const unlucky = component('unlucky', `require('net').createServer().listen(${port}, '127.0.0.1');`, {
      ports: { main: port },
      healthy: () => isOpen(port),
    });
    try {
      if (process.platform === 'linux') await assert.rejects(supervisor.start(unlucky), /EADDRINUSE/);
    } finally {
      foreign.close();
    }
  });

  it('says when a program cannot be started at all', async () => {
    await assert.rejects(
      supervisor.start(component('none', '', { file: join(dir, 'missing') })),
      /could not be started/,
    );
  });

  it('tells of a component that ends by itself, with its log', async () => {
    await supervisor.start(component('steady', idle));
    await supervisor.start(
      component('crash', `up(); console.error('out of luck'); setTimeout(() => process.exit(7), 100);`),
    );
    const failure = await supervisor.failure;
    assert.match(failure.message, /crash ended with exit code 7.*\n {2}out of luck/);
    await supervisor.stop();
    assert.equal(startTimeOf(await pidIn('steady.up')), undefined);
  });

  it('stops in reverse order', async () => {
    const noting = (name: string): string =>
      `process.on('SIGTERM', () => { fs.appendFileSync('order', '${name} '); process.exit(0); }); ${idle}`;
    await supervisor.start(component('first', noting('first')));
    await supervisor.start(component('second', noting('second')));
    await supervisor.stop();
    assert.equal(await readFile(join(dir, 'order'), 'utf8'), 'second first ');
    assert.deepEqual(running, []);
  });

  it('kills what does not stop when asked, and what it started, also in groups of their own', async () => {
    const child = (file: string, detached: boolean): string =>
      `require('child_process').spawn(process.execPath, ['-e', "require('fs').writeFileSync('${file}', String(process.pid)); process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"], { stdio: 'ignore', detached: ${detached} });`;
    const stubborn = `process.on('SIGTERM', () => {}); ${child('same.pid', false)} ${child('own.pid', true)}
      const wait = setInterval(() => { if (fs.existsSync('same.pid') && fs.existsSync('own.pid')) { up(); clearInterval(wait); } }, 20); setInterval(() => {}, 1000);`;
    await supervisor.start(component('stubborn', stubborn, { stopGraceMs: 200 }));
    const pids = [await pidIn('stubborn.up'), await pidIn('same.pid'), await pidIn('own.pid')];
    assert.ok(pids.every((pid) => startTimeOf(pid) !== undefined));
    await supervisor.stop();
    assert.deepEqual(pids.map(startTimeOf), [undefined, undefined, undefined]);
  });

  it('kills at once when told to hurry while it waits for a stubborn component', async () => {
    await supervisor.start(component('stubborn', `process.on('SIGTERM', () => {}); ${idle}`, { stopGraceMs: 600_000 }));
    const stopping = supervisor.stop();
    await supervisor.stop({ hurry: true });
    await stopping;
    assert.equal(startTimeOf(await pidIn('stubborn.up')), undefined);
  });

  it('starts nothing more once it is stopping', async () => {
    await supervisor.stop();
    await assert.rejects(supervisor.start(component('late', idle)), /late was not started/);
    assert.equal(existsSync(join(dir, 'late.up')), false);
  });

  it('keeps the log of the run before', async () => {
    const log = async (name: string): Promise<string> => readFile(join(dir, 'logs', name), 'utf8');
    await supervisor.start(component('one', `console.log('first run'); ${idle}`));
    await supervisor.stop();
    await rm(join(dir, 'one.up'));
    supervisor = new Supervisor({ logDir: join(dir, 'logs'), onChange: () => undefined });
    await supervisor.start(component('one', `console.log('second run'); ${idle}`));
    assert.equal(await log('one.1.log'), 'first run\n');
    assert.equal(await log('one.log'), 'second run\n');
  });
});
