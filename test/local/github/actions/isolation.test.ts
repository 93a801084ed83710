import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { conclusions, oneJob, onlyJob, openWorkshop } from './workshop.ts';
import type { Workshop } from './workshop.ts';

/** Pids whose command line contains the text; a step's own name for itself. */
async function processesWith(text: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid);
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return pids.filter((_pid, index) => lines[index]?.includes(text));
}

/** Resolves when the file is there: a step has come so far. */
async function appears(path: string): Promise<void> {
  while (!(await readFile(path).catch(() => null))) await setTimeout(20);
}

describe('the isolation of a run', () => {
  let workshop: Workshop;
  before(async () => {
    workshop = await openWorkshop();
  });
  after(() => workshop.remove());

  it('passes on nothing of our environment but the search path and the locale', async () => {
    process.env.TENON_TEST_SECRET = 'ghp_0123456789';
    try {
      const outcome = await workshop.run(oneJob('- run: env | sort'), {
        env: { GITHUB_SERVER_URL: 'http://example.test' },
      });
      const names = onlyJob(outcome).log.matchAll(/^([A-Za-z_]\w*)=/gm);
      const others = [...names]
        .map(([, name = '']) => name)
        .filter((name) => !/^(GITHUB|RUNNER|npm_config|PIP|LC)_/.test(name));
      const expected = ['CI', 'HOME', 'LANG', 'OLDPWD', 'PATH', 'PWD', 'SHLVL', 'TMPDIR', '_'];
      assert.deepEqual(
        others.filter((name) => !expected.includes(name) && !/_proxy$/i.test(name)),
        [],
      );
      assert.doesNotMatch(onlyJob(outcome).log, /ghp_0123456789/);
      assert.match(onlyJob(outcome).log, /^GITHUB_SERVER_URL=http:\/\/example\.test$/m);
      assert.match(onlyJob(outcome).log, new RegExp(`^HOME=${workshop.workDir()}/`, 'm'));
    } finally {
      delete process.env.TENON_TEST_SECRET;
    }
  });

  describe('from the network', () => {
    let server: Server;
    let connections = 0;
    before(async () => {
      server = createServer((socket) => {
        connections += 1;
        socket.destroy();
      }).listen(0, '0.0.0.0');
      await once(server, 'listening');
    });
    after(async () => {
      server.close();
      await once(server, 'close');
    });

    it('reaches no server of this machine, and still has a loopback of its own', async () => {
      const { port } = server.address() as AddressInfo;
      const others = Object.values(networkInterfaces()).flat();
      const outside = others.find((address) => address?.family === 'IPv4' && !address.internal)?.address ?? '127.0.0.2';
      const script = `
const net = require('node:net');
const dial = (port, host) => new Promise((resolve) => net.connect(port, host).once('connect', () => resolve('connected')).once('error', (error) => resolve(error.code)));
const own = net.createServer((socket) => socket.destroy()).listen(0, '127.0.0.1', async () => {
  console.log('own', await dial(own.address().port, '127.0.0.1'));
  console.log('host', await dial(${port}, '127.0.0.1'), await dial(${port}, '${outside}'));
  process.exit();
});`;
      const outcome = await workshop.run(oneJob('- uses: actions/checkout@v4\n- run: node dial.cjs'), {
        files: { 'dial.cjs': script },
      });
      const { log } = onlyJob(outcome);
      assert.match(log, /^own connected$/m);
      // Where a machine refuses network namespaces the log says so, and there is nothing to prove.
      if (/allows no network namespaces/.test(log)) return;
      assert.match(log, /^host E[A-Z]+ E[A-Z]+$/m);
      assert.equal(connections, 0);
    });
  });

  it('ends a step that takes too long, with all that it has started, and says so', async () => {
    const mark = `tenon-limit-${process.pid}`;
    const outcome = await workshop.run(
      oneJob(`
- { name: slow, timeout-minutes: 0.005, run: 'bash -c "trap : TERM; exec -a ${mark} sleep 300" & exec -a ${mark} sleep 300' }
- { name: always, if: always(), run: echo still here }`),
    );
    assert.equal(outcome.conclusion, 'failure');
    assert.deepEqual(conclusions(outcome), { slow: 'failure', always: 'success' });
    assert.match(onlyJob(outcome).log, /The step has run out of time/);
    assert.deepEqual(await processesWith(mark), []);
  });

  it('ends a job that takes too long, after the steps that always run', async () => {
    const outcome = await workshop.run(
      oneJob(`
- { name: slow, run: sleep 300 }
- { name: next, run: echo never }
- { name: cleans up, if: always(), run: echo cleaning up }`),
      { timeLimitMs: 300 },
    );
    assert.equal(outcome.conclusion, 'timed_out');
    assert.equal(onlyJob(outcome).conclusion, 'timed_out');
    assert.deepEqual(conclusions(outcome), { slow: 'cancelled', next: 'skipped', 'cleans up': 'success' });
    assert.match(onlyJob(outcome).log, /The job has run out of time/);
  });

  it('ends at once when it is cancelled, processes that ignore SIGTERM and hide in other sessions included', async () => {
    const mark = `tenon-cancel-${process.pid}`;
    const stop = new AbortController();
    const running = workshop.run(
      oneJob(`
- name: stubborn
  run: |
    trap '' TERM
    setsid bash -c 'exec -a ${mark} sleep 300' > /dev/null 2>&1 &
    echo yes > started
    while true; do sleep 300 || true; done
- { name: always, if: always(), run: echo never }`),
      { signal: stop.signal },
    );
    await appears(join(workshop.workDir(), 'job-test', 'files', 'work', 'started'));
    stop.abort();
    const outcome = await running;
    assert.equal(outcome.conclusion, 'cancelled');
    assert.equal(onlyJob(outcome).conclusion, 'cancelled');
    assert.deepEqual(conclusions(outcome), { stubborn: 'cancelled', always: 'skipped' });
    assert.deepEqual(await processesWith(mark), []);
    assert.deepEqual(await readdir(workshop.workDir()), []);
  });

  it('ends what a step has left in the background before the next one starts', async () => {
    const mark = `tenon-background-${process.pid}`;
    const outcome = await workshop.run(
      oneJob(`
- run: setsid bash -c 'while :; do exec -a ${mark} sleep 300; done' > /dev/null 2>&1 & echo $! > pid
- run: grep -al '[t]enon-background' /proc/[0-9]*/cmdline || echo gone`),
    );
    assert.match(onlyJob(outcome).log, /^gone$/m);
    assert.deepEqual(await processesWith(mark), []);
  });

  it('does nothing when it is cancelled before it starts', async () => {
    const outcome = await workshop.run(oneJob('- run: echo never'), { signal: AbortSignal.abort() });
    assert.equal(outcome.conclusion, 'cancelled');
    assert.doesNotMatch(outcome.jobs[0]?.log ?? '', /^never$/m);
  });

  it('does not let steps change the repository or the caches that they came from', async () => {
    await writeFile(join(workshop.folder, 'outside'), 'untouched');
    const outcome = await workshop.run(
      oneJob(`
- uses: actions/checkout@v4
- run: |
    git remote -v
    git -c user.name=x -c user.email=x@example.com commit --quiet --allow-empty -m x
    git push origin HEAD:main || echo no way back`),
    );
    assert.match(onlyJob(outcome).log, /no way back/);
    assert.doesNotMatch(onlyJob(outcome).log, /repository-\d+\.git/);
  });
});
