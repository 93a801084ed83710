import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client, Connection } from '@temporalio/client';
import type { State } from '../../local/github/state.ts';
import { checkoutDir } from '../../local/paths.ts';
import { startTimeOf, stopTree } from '../../local/processes.ts';
import { readStackFile, urlOf, type StackFile } from '../../local/supervisor/stack-file.ts';
import { eventually } from '../support/eventually.ts';

/** `npm start` and `npm run demo`, with a state folder of their own: real HTTP, real git, real test runs. */
describe('a candidate’s five days on the whole stack', function () {
  this.timeout(300_000);
  let dir: string;
  let stack: ChildProcess | undefined;
  let file: StackFile;
  let said: string;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tenon-e2e-'));
    stack = run('start.ts', '--no-demo');
    await until(stack, 'Tenon is up.');
    file = readStackFile(join(dir, 'state', 'stack.json')) ?? assert.fail('no stack file');
    const demo = run('demo.ts');
    said = await until(demo);
    assert.equal(demo.exitCode, 0, said);
  });

  after(async () => {
    if (stack?.pid !== undefined && stack.exitCode === null) await stopTree(stack.pid);
    await until(run('clean.ts'));
    await rm(dir, { recursive: true, force: true });
  });

  function run(name: string, ...args: string[]): ChildProcess {
    return spawn(process.execPath, ['--import', 'tsx', join(checkoutDir, 'local', name), ...args], {
      env: { ...process.env, TENON_STATE_DIR: join(dir, 'state') },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
  }

  /** What a process says until a certain line, or until it ends. */
  async function until(child: ChildProcess, lastLine?: string): Promise<string> {
    const lines: string[] = [];
    const ended = once(child, 'close').then(() => 'ended');
    const seen = new Promise((resolve) => {
      for (const stream of [child.stdout, child.stderr]) {
        if (!stream) continue;
        createInterface({ input: stream }).on('line', (line) => {
          lines.push(line);
          if (line === lastLine) resolve('seen');
        });
      }
    });
    const how = await Promise.race([ended, seen]);
    if (lastLine !== undefined && how !== 'seen') assert.fail(lines.join('\n'));
    return lines.join('\n');
  }

  const session = (): string => /claimed session (\d+)/.exec(said)?.[1] ?? assert.fail(said);

  it('shows failing tests, then passing ones, with their numbers', () => {
    const runs = [...said.matchAll(/tests (failed|passed): (\d+) passed, (\d+) failed of (\d+)/g)].map((match) => ({
      status: match[1],
      passed: Number(match[2]),
      failed: Number(match[3]),
      total: Number(match[4]),
    }));
    assert.deepEqual(
      runs.map(({ status }) => status),
      ['failed', 'passed', 'failed', 'passed'],
    );
    for (const { status, passed, failed, total } of runs) {
      assert.equal(failed > 0, status === 'failed');
      assert.equal(passed + failed, total);
    }
  });

  it('ends completed with five submissions and a diff, and the one who never came expired', () => {
    assert.match(said, /the session is completed/);
    assert.match(said, /recruiter reads 5 submissions/);
    assert.match(said, /diff: 2 commits ahead of the template\n(?: +src\/\S+ +\+\d+ −\d+\n?)+/);
    assert.match(said, /the candidate who never came: session \d+ is expired, by its workflow’s timer/);
  });

  it('leaves every workflow of the session to be found by the session’s id', async () => {
    const connection = await Connection.connect({ address: urlOf(file, 'temporal') });
    try {
      const { workflow } = new Client({ connection });
      const found: { readonly type: string; readonly status: string }[] = [];
      await eventually('the end of all', async () => {
        found.length = 0;
        const list = workflow.list({ query: `TenonRef = 'session-${session()}'` });
        for await (const { type, status } of list) found.push({ type, status: status.name });
        return found.length > 0 && found.every(({ status }) => status !== 'RUNNING'); // the last mail, and access taken away
      });
      const kinds: Record<string, number> = {};
      for (const { type, status } of found) {
        assert.equal(status, 'COMPLETED', type);
        kinds[type] = (kinds[type] ?? 0) + 1;
      }
      const { workspace = 0, ...others } = kinds;
      // The invitation and the recruiter's news; two tries and a submission, on two days.
      assert.deepEqual(others, { candidateSession: 1, email: 2, testRun: 6 });
      // For two: made, access given, perhaps later, and taken away with the task, archived with the session.
      assert.ok(workspace >= 4 && workspace <= 8, `${workspace}`);
      const state = JSON.parse(await readFile(join(dir, 'state', 'github', 'state.json'), 'utf8')) as State;
      const own = state.repositories.filter(({ name }) => name.startsWith(`tenon-ws-${session()}-`));
      assert.deepEqual(
        own.map(({ archived, protectedBranches }) => [archived, protectedBranches]),
        [
          [true, ['main']],
          [true, ['main']],
        ],
      );
    } finally {
      await connection.close();
    }
  });

  it('writes no secret into any log', async () => {
    const secrets = JSON.parse(await readFile(join(dir, 'state', 'secrets.json'), 'utf8')) as Record<string, string>;
    const logs = join(dir, 'state', 'logs');
    for (const name of await readdir(logs)) {
      const log = await readFile(join(logs, name), 'utf8');
      for (const [secret, value] of Object.entries(secrets)) {
        if (secret !== 'stateId') assert.ok(!log.includes(value), `${secret} in ${name}`);
      }
      assert.doesNotMatch(log, /eyJ[\w-]{20,}\.[\w-]{20,}/, `a token in ${name}`);
      assert.doesNotMatch(log, /candidate\/session\/[\w-]{43}/, `an invite link in ${name}`);
    }
  });

  it('leaves no process after Ctrl-C', async () => {
    assert.ok(stack?.pid);
    const ended = once(stack, 'exit');
    process.kill(-stack.pid, 'SIGINT');
    await ended;
    const alive = file.components.filter(({ pid, startedAt }) => pid !== null && startTimeOf(pid) === startedAt);
    assert.deepEqual(alive, []);
  });
});
